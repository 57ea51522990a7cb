using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Longwave.Server.Admission;

/// <summary>Key of a client in the count table: an IPv4 address (also in its IPv6 form), or the network of an IPv6 address.</summary>
/// <param name="Value">The address as IPv6, with the bits after the prefix cleared.</param>
internal readonly record struct AddressKey(UInt128 Value)
{
    private const int Bits = 128;

    /// <summary>The key of <paramref name="address"/>.</summary>
    public static AddressKey Of(IPAddress address, int ipv6PrefixLength)
    {
        Span<byte> bytes = stackalloc byte[Bits / 8];
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            address.MapToIPv6().TryWriteBytes(bytes, out _);
            return new AddressKey(BinaryPrimitives.ReadUInt128BigEndian(bytes));
        }

        address.TryWriteBytes(bytes, out _);
        UInt128 value = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return new AddressKey(address.IsIPv4MappedToIPv6 ? value : value & ~((UInt128.One << (Bits - ipv6PrefixLength)) - UInt128.One));
    }
}

using Longwave.Server.Admission;

namespace Longwave.Server.Tests.Admission;

/// <summary>The files of control groups, as a container or a machine shows them.</summary>
public sealed class ContainerMemoryTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("longwave-cgroup-");

    private string Membership => Path.Combine(_root.FullName, "membership");

    public void Dispose() => _root.Delete(recursive: true);

    [Theory]
    [InlineData("0::/\n", "")]
    [InlineData("0::/system.slice/hub.service\n", "system.slice/hub.service")]
    [InlineData("0::/system.slice/hub.service/inner\n", "system.slice/hub.service")]
    [InlineData("0::/path/of/the/host\n", "")]
    public void Find_Version2WithALimit_CountsAllButFiles(string membership, string limited)
    {
        Write("membership", membership);
        Write($"{limited}/memory.max", "1000\n");
        Write($"{limited}/memory.current", "700\n");
        Write($"{limited}/memory.stat", "anon 300\nfile 250\ninactive_file 200\nactive_file 50\nsock 100\n");
        Assert.Equal(new MemoryUse(450, 1000), ContainerMemory.Find(Membership, _root.FullName)?.Read());
    }

    [Fact]
    public void Find_Version1WithALimit_CountsAllButFiles()
    {
        Write("membership", "5:cpu,cpuacct:/docker/1\n4:memory:/docker/1\n");
        Write("memory/memory.limit_in_bytes", "1000\n");
        Write("memory/memory.usage_in_bytes", "700\n");
        Write("memory/memory.stat", "inactive_file 1\ntotal_inactive_file 200\ntotal_active_file 50\n");
        Assert.Equal(new MemoryUse(450, 1000), ContainerMemory.Find(Membership, _root.FullName)?.Read());
    }

    [Theory]
    [InlineData("0::/\n", "memory.max", "max\n")]
    [InlineData("4:memory:/\n", "memory/memory.limit_in_bytes", "9223372036854771712\n")]
    [InlineData("", "memory.max", "1000\n")]
    public void Find_NoLimit_ReturnsNull(string membership, string file, string limit)
    {
        Write("membership", membership);
        Write(file, limit);
        Write(Path.Combine(Path.GetDirectoryName(file)!, membership.Contains("memory", StringComparison.Ordinal) ? "memory.usage_in_bytes" : "memory.current"), "1\n");
        Assert.Null(ContainerMemory.Find(Membership, _root.FullName));
    }

    [Fact]
    public void Find_NoControlGroups_ReturnsNull() => Assert.Null(ContainerMemory.Find(Membership, _root.FullName));

    private void Write(string file, string text)
    {
        string path = Path.Combine(_root.FullName, file.TrimStart('/'));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}

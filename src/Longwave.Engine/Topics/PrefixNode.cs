namespace Longwave.Engine.Topics;

/// <summary>The items of a <see cref="PrefixIndex{T}"/> with one prefix.</summary>
internal sealed class PrefixNode<T>(string prefix)
{
    public string Prefix { get; } = prefix;

    /// <summary>The node with the longest other prefix that this one begins with.</summary>
    public PrefixNode<T>? Parent { get; set; }

    public List<T> Items { get; } = [];

    /// <summary>Number of items of this node and of all nodes above it: what a key with this prefix meets at least.</summary>
    public int Load { get; set; }
}

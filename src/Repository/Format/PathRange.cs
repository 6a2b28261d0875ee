namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>A stretch of paths in <see cref="PathOrder"/>.</summary>
/// <param name="From">The first path of the range; null: from the root on.</param>
/// <param name="To">The first path after the range; null: to the end.</param>
public sealed record PathRange(byte[]? From, byte[]? To)
{
    public static readonly PathRange All = new(null, null);

    /// <summary>A directory and all that is below it, or one file.</summary>
    public static PathRange Of(ReadOnlySpan<byte> path) =>
        // No path holds U+0000, so path + U+0000 follows everything below path and precedes every other name.
        path.IsEmpty
            ? All
            : new PathRange(path.ToArray(), [.. path, 0]);

    public bool StartsAfter(ReadOnlySpan<byte> path) => From is not null && PathOrder.Compare(path, From) < 0;

    public bool EndsBefore(ReadOnlySpan<byte> path) => To is not null && PathOrder.Compare(path, To) >= 0;

    public bool Contains(ReadOnlySpan<byte> path) => !StartsAfter(path) && !EndsBefore(path);
}

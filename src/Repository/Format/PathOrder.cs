using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Repository.Format;

/// <summary>
/// The order of listings: paths are byte strings compared component by component, as if <c>/</c> were the lowest byte,
/// so that a directory is followed at once by all that is below it. The empty path, the root, is first.
/// </summary>
public sealed class PathOrder : IComparer<byte[]>
{
    /// <summary>The most bytes that a path may have.</summary>
    public const int MaxPathBytes = TreePath.MaxLength;

    public static readonly PathOrder Instance = new();

    private PathOrder() { }

    public static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        int same = left.CommonPrefixLength(right);
        if (same == left.Length || same == right.Length)
        {
            return left.Length - right.Length;
        }

        return Rank(left[same]) - Rank(right[same]);
    }

    int IComparer<byte[]>.Compare(byte[]? x, byte[]? y) => Compare(x, y);

    /// <summary>
    /// Whether a path may stand in a listing: no empty, <c>.</c> or <c>..</c> component, no U+0000, at most 65,535
    /// bytes. The empty path, the root itself, may.
    /// </summary>
    public static bool IsValid(ReadOnlySpan<byte> path) => TreePath.IsValid(path);

    /// <summary>Whether <paramref name="path"/> lies below <paramref name="directory"/>, at any depth.</summary>
    public static bool IsBelow(ReadOnlySpan<byte> path, ReadOnlySpan<byte> directory) =>
        directory.IsEmpty
            ? !path.IsEmpty
            : path.Length > directory.Length && path[directory.Length] == (byte)'/' && path.StartsWith(directory);

    private static int Rank(byte value) => value == (byte)'/' ? -1 : value;
}

using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.RequiredFiles;

/// <summary>A file that the database dump requires to exist.</summary>
/// <param name="Path">Bytes relative to its root, as in a listing.</param>
/// <param name="Size">Bytes that the database says it has; null where it does not say; <see cref="NoFilesSize"/> where
/// it says what no file can have.</param>
/// <param name="UrlId">The id of the content URL, for reports.</param>
public sealed record RequiredFile(byte[] Path, long? Size, long UrlId)
{
    /// <summary>The largest size that a list can hold: no file has it, so that its row stands out as wrong.</summary>
    public const long NoFilesSize = long.MaxValue - 1;

    /// <summary>The order of a list: by path, then by the id of the content URL.</summary>
    internal static int Compare(RequiredFile left, RequiredFile right)
    {
        int byPath = PathOrder.Compare(left.Path, right.Path);
        return byPath != 0 ? byPath : left.UrlId.CompareTo(right.UrlId);
    }
}

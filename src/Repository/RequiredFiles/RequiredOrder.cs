using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.RequiredFiles;

/// <summary>The order of required files: by path, then by the id of the content URL.</summary>
internal static class RequiredOrder
{
    public static int Compare(RequiredFile left, RequiredFile right)
    {
        int byPath = PathOrder.Compare(left.Path, right.Path);
        return byPath != 0 ? byPath : left.UrlId.CompareTo(right.UrlId);
    }
}

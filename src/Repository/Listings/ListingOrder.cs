using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Repository.Listings;

/// <summary>What must hold between an entry of a listing and the next.</summary>
internal static class ListingOrder
{
    /// <summary>
    /// Paths ascend strictly, and nothing lies below a file. Anything else is damage in <paramref name="what"/>.
    /// </summary>
    public static void Check(ListingEntry? previous, ListingEntry next, string what)
    {
        if (Violation(previous, next) is { } violation)
        {
            throw Damage.InPart(what, violation);
        }
    }

    /// <summary>The rule that <paramref name="next"/> breaks, or null.</summary>
    public static string? Violation(ListingEntry? previous, ListingEntry next)
    {
        if (previous is null)
        {
            return null;
        }

        if (PathOrder.Compare(previous.Path, next.Path) >= 0)
        {
            return $"'{TreePath.Display(next.Path)}' does not come after '{TreePath.Display(previous.Path)}'";
        }

        return !previous.IsDirectory && PathOrder.IsBelow(next.Path, previous.Path)
            ? $"'{TreePath.Display(next.Path)}' lies below a file"
            : null;
    }
}

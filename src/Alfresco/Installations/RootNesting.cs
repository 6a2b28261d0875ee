using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Alfresco.SearchIndex;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Alfresco.Installations;

/// <summary>Two roots in one another would be captured twice and restored into each other.</summary>
internal static class RootNesting
{
    public static void Refuse(ImmutableArray<ContentRoot> roots, SearchIndexSource? index, DiscoveryFaults faults)
    {
        List<(string Setting, string Path, string Real)> all =
        [
            .. roots.Select(static r => (r.Setting, r.Path, RealPath(r.Path))),
        ];
        if (index is not null)
        {
            all.Add(("the index backup", index.Path, RealPath(index.Path)));
        }

        for (int i = 0; i < all.Count; i++)
        {
            for (int j = i + 1; j < all.Count; j++)
            {
                var (a, b) = (all[i], all[j]);
                if (a.Real == b.Real)
                {
                    faults.Add(
                        $"{a.Setting} and {b.Setting} are the same directory '{a.Path}': each needs one of its own"
                    );
                }
                else if (ContentRoot.IsBeneath(a.Real, b.Real) || ContentRoot.IsBeneath(b.Real, a.Real))
                {
                    faults.Add(
                        $"{a.Setting} '{a.Path}' and {b.Setting} '{b.Path}' lie in one another: each needs a "
                            + "directory of its own"
                    );
                }
            }
        }
    }

    private static string RealPath(string path)
    {
        try
        {
            return GivenPath.FinalTarget(path) is { } target ? DirectorySettings.Clean(target) : path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Missing, out of reach, or not a link that can be followed: its name stands for itself, and opening it
            // will say the rest.
            return path;
        }
    }
}

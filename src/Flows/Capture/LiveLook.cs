using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>Looks into the live content stores for what the proof did not find in the set.</summary>
internal sealed class LiveLook(Installation installation, SourceRoots roots) : IDisposable
{
    private readonly Dictionary<string, SourceTree?> _trees = new(StringComparer.Ordinal);

    /// <summary>
    /// Whether the file is there now, at its place or where Alfresco moves it to, in the size that the database says.
    /// </summary>
    public LiveFile Look(FileFinding finding)
    {
        if (finding.Root.Length == 0)
        {
            // The URL of no file: there is none.
            return LiveFile.Missing;
        }

        var place = new ContentPlace(ContentPlaceKind.File, finding.Root, finding.Path, string.Empty);
        LiveFile best = LiveFile.Missing;
        foreach (ContentPlace at in installation.Urls.LookFurther(place).Prepend(place))
        {
            LiveFile there = LookAt(at, finding.Size);
            if (there is LiveFile.Present)
            {
                return there;
            }

            best = there is LiveFile.Unknown ? there : best;
        }

        return best;
    }

    public void Dispose()
    {
        foreach (SourceTree? tree in _trees.Values)
        {
            tree?.Dispose();
        }
    }

    private LiveFile LookAt(ContentPlace place, long? size)
    {
        if (installation.Roots.FirstOrDefault(root => root.Name == place.Root) is not { } root || !Exists(root))
        {
            return LiveFile.Missing;
        }

        try
        {
            return Open(root) is not { } tree ? LiveFile.Unknown
                : tree.TryStat(place.Path, followLinks: true) is { Type: EntryType.File } stat
                && (size is null || !installation.CheckSizes || stat.Size == size)
                    ? LiveFile.Present
                : LiveFile.Missing;
        }
        catch (SourceUnreadableException)
        {
            return LiveFile.Unknown;
        }
    }

    private bool Exists(ContentRoot root) => _trees.ContainsKey(root.Name) || GivenPath.IsDirectory(root.Path);

    /// <summary>Null where its volume went away, or nobody may read it: the set is as it is all the same.</summary>
    private SourceTree? Open(ContentRoot root)
    {
        if (!_trees.TryGetValue(root.Name, out SourceTree? tree))
        {
            try
            {
                tree = roots.Open(root);
            }
            catch (AbfException e) when (e.Kind is ErrorKind.Source)
            {
                tree = null;
            }

            _trees.Add(root.Name, tree);
        }

        return tree;
    }
}

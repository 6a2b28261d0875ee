using System.Collections.Immutable;
using System.Text;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;

namespace AlfrescoBackupFlows.Flows.Capture;

/// <summary>
/// The configuration files as one tree in which each has its absolute path, without the slash in front:
/// <c>/opt/alfresco/x.properties</c> is <c>opt/alfresco/x.properties</c>, and <c>C:\x</c> is <c>C/x</c>. Links are
/// followed to files, and on the way to what is named; within a named directory none is followed to a directory.
/// </summary>
internal sealed class ConfigurationTree : IDisposable
{
    /// <summary>More than this is no configuration.</summary>
    private const int MaxEntries = 10_000;

    private const int OwnerOnly = 0x1C0;

    private readonly Dictionary<string, SourceTree> _volumes = new(StringComparer.Ordinal);
    private readonly SortedDictionary<byte[], ConfigurationEntry> _entries = new(PathOrder.Instance);

    private ConfigurationTree() { }

    /// <summary>Directories and files, in the order of a listing.</summary>
    public IReadOnlyCollection<ConfigurationEntry> Entries => _entries.Values;

    /// <summary>Paths of keystores that are not there.</summary>
    public ImmutableArray<byte[]> Absent { get; private set; } = [];

    /// <exception cref="PermanentException">Source: something of it cannot be read, or is gone.</exception>
    public static ConfigurationTree Read(ImmutableArray<ConfigurationFile> files, CaptureNotes notes)
    {
        var tree = new ConfigurationTree();
        try
        {
            foreach (ConfigurationFile file in files)
            {
                try
                {
                    tree.Add(file, notes);
                }
                catch (SourceUnreadableException e)
                {
                    throw Unreadable(file, e);
                }
            }

            return tree;
        }
        catch
        {
            tree.Dispose();
            throw;
        }
    }

    public static PermanentException Unreadable(ConfigurationFile file, AbfException cause) =>
        new(
            ErrorKind.Source,
            $"{file.Setting} '{file.Path}' cannot be captured: {cause.Message}; give the account that runs abf the "
                + "right to read it",
            cause
        );

    public void Dispose()
    {
        foreach (SourceTree volume in _volumes.Values)
        {
            volume.Dispose();
        }
    }

    private void Add(ConfigurationFile file, CaptureNotes notes)
    {
        string volume = Path.GetPathRoot(file.Path)!;
        string[] names = file.Path[volume.Length..].Split(Path.DirectorySeparatorChar);
        string prefix = volume.Trim('/', '\\', ':');
        SourceTree tree = OpenVolume(volume);
        byte[] inVolume = Encoding.UTF8.GetBytes(string.Join('/', names));
        if (tree.TryStat(inVolume, followLinks: true) is not { } stat)
        {
            Absent = file.IsKeystore
                ? Absent.Add(Listed(prefix, inVolume))
                : throw new PermanentException(
                    ErrorKind.Source,
                    $"{file.Setting} '{file.Path}' does not exist any more: correct the setting, or put it back"
                );
            return;
        }

        AddAbove(file, tree, [], stat);
        for (int count = 0; count < names.Length; count++)
        {
            byte[] above = Listed(prefix, Encoding.UTF8.GetBytes(string.Join('/', names.Take(count))));
            AddAbove(file, tree, above, stat);
        }

        AddFound(file, tree, prefix, inVolume, stat, notes);
    }

    // Directories on the way are not configuration: /tmp, say, has a new time with each look and is open to all. They
    // get what closes them, and the owner and times of the file for whose sake they are there.
    private void AddAbove(ConfigurationFile file, SourceTree tree, byte[] listed, in FileStat below)
    {
        if (!_entries.ContainsKey(listed))
        {
            Put(file, tree, listed, [], below with { Type = EntryType.Directory, Mode = OwnerOnly });
        }
    }

    private void AddFound(
        ConfigurationFile file,
        SourceTree tree,
        string prefix,
        byte[] path,
        in FileStat stat,
        CaptureNotes notes
    )
    {
        byte[] listed = Listed(prefix, path);
        if (stat.Type is not (EntryType.File or EntryType.Directory))
        {
            notes.Skipped(listed, stat.Type);
            return;
        }

        Put(file, tree, listed, path, stat);
        if (stat.Type == EntryType.File)
        {
            // Only opening tells whether it can be read.
            tree.TryOpen(path, followLinks: true)?.Dispose();
            return;
        }

        foreach (SourceEntry entry in tree.TryReadDirectory(path, followLinks: true) ?? [])
        {
            byte[] child = [.. path, (byte)'/', .. entry.Name];
            if (tree.TryStat(child) is not { } found)
            {
                continue;
            }

            if (
                found.Type == EntryType.Symlink
                && tree.TryStat(child, followLinks: true) is { Type: EntryType.File } behind
            )
            {
                found = behind;
            }

            AddFound(file, tree, prefix, child, found, notes);
        }
    }

    private void Put(ConfigurationFile file, SourceTree tree, byte[] listed, byte[] path, in FileStat stat)
    {
        _entries[listed] = new ConfigurationEntry(file, tree, path, new ScanEntry(listed, stat));
        if (_entries.Count > MaxEntries)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"{file.Setting} '{file.Path}': the configuration has more than {MaxEntries} files; name the files of "
                    + "Alfresco's configuration alone, and further stores in installation.content.stores"
            );
        }
    }

    private SourceTree OpenVolume(string volume)
    {
        if (!_volumes.TryGetValue(volume, out SourceTree? tree))
        {
            tree = SourceTree.Open(volume);
            _volumes.Add(volume, tree);
        }

        return tree;
    }

    private static byte[] Listed(string prefix, byte[] path) =>
        prefix.Length == 0 ? path
        : path.Length == 0 ? Encoding.UTF8.GetBytes(prefix)
        : [.. Encoding.UTF8.GetBytes(prefix), (byte)'/', .. path];
}

/// <param name="File">What names it.</param>
/// <param name="Path">In <paramref name="Tree"/>.</param>
/// <param name="Seen">Under its path in the listing.</param>
internal sealed record ConfigurationEntry(ConfigurationFile File, SourceTree Tree, byte[] Path, ScanEntry Seen);

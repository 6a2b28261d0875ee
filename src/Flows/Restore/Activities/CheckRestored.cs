using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Flows.Restore.Activities;

/// <summary>
/// Looks up every required file in the restored directory: as the restored database names it, or where no database was
/// restored, as the set's own lists do. What is absent or of another size is missing, as when the set was committed. The
/// bytes were checked against the chunks' ids when they were written.
/// </summary>
internal sealed class CheckRestored(FlowEnvironment environment)
    : FlowActivity<CheckRestoredInput, RestoreCheck>,
        IPhasedActivity
{
    public static string Phase => Phases.Check;

    private const int MaxNamed = 20;

    public override async Task<RestoreCheck> RunAsync(
        CheckRestoredInput check,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        RestoreInput input = check.Restore;
        await using IAsyncDisposable held = await environment.Reading.HoldAsync(input.Set, cancellationToken);
        SetReader set = await SetReader.OpenAsync(environment, input.Set, cancellationToken);
        using var target = TargetTree.Open(input.Target);
        var lost = FileList.Read(input.Target, FileList.Lost);
        var differing = FileList.Read(input.Target, FileList.Differing);
        var selector = new Selector(input.Selection);
        using var look = new Look(
            input.DatabaseOnly ? null : target,
            input.Selection is null ? null : selector,
            lost,
            differing,
            !set.Manifest.Consistency.SizesIgnored,
            check.KnownMissing
        );
        var warnings = ImmutableArray.CreateBuilder<string>();
        if (input.Database is { } database)
        {
            IEnumerable<string> stores = set
                .Manifest.Roots.Select(root => root.Name)
                .Where(name => name.StartsWith(ContentRoot.Stores, StringComparison.Ordinal))
                .Select(name => name[ContentRoot.Stores.Length..]);
            var urls = new ContentUrlMap([.. stores]);
            await database
                .Open(environment.Options, set.Manifest.Database, progress.Warn)
                .ReadRequiredAsync(
                    required =>
                    {
                        long? size = required.SizeFault is null ? required.Size : RequiredFile.NoFilesSize;
                        look.Add(urls.Locate(required.Url), size, required.Id, required.Name);
                        return ValueTask.CompletedTask;
                    },
                    cancellationToken
                );
        }
        else
        {
            foreach (
                RootStamp root in set.Manifest.Roots.Where(root =>
                    root.Required is not null && selector.TakesRoot(root.Name)
                )
            )
            {
                if (await LookAsync(set, root, look, input.Strict, cancellationToken) is { } fault)
                {
                    warnings.Add(
                        $"the list of required files of {root.Name} is lost, so they were not checked: {fault}"
                    );
                }
            }
        }

        look.AppendTo(lost);
        return new RestoreCheck(look.Required, look.Missing, look.Named)
        {
            Warnings = warnings.ToImmutable(),
            LeftOut = look.LeftOut,
            NamedDiffering = WarningLines.First(differing.Lines),
        };
    }

    /// <returns>Why the list cannot be read, or null.</returns>
    private static async Task<string?> LookAsync(
        SetReader set,
        RootStamp root,
        Look look,
        bool strict,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await foreach (
                RequiredFile file in new RequiredListReader(set.Chunks, root.Required!).ReadAsync(cancellationToken)
            )
            {
                look.Add(
                    new ContentPlace(ContentPlaceKind.File, root.Name, file.Path, string.Empty),
                    file.Size,
                    file.UrlId,
                    $"{root.Name}/{TreePath.Display(file.Path)}"
                );
            }

            return null;
        }
        catch (PermanentException e) when (e.Kind is ErrorKind.Repository && !strict)
        {
            return e.Message;
        }
    }

    /// <param name="target">Null: no files were restored, they are only counted.</param>
    /// <param name="selector">Null: the whole set was restored.</param>
    private sealed class Look(
        TargetTree? target,
        Selector? selector,
        FileList lost,
        FileList differing,
        bool checkSizes,
        long knownMissing
    ) : IDisposable
    {
        private readonly HashSet<string> _told = [.. lost.Paths, .. differing.Paths];
        private readonly HashSet<string> _unnamed = [.. lost.UnnamedRoots];
        private readonly Dictionary<string, List<(string Path, string Why)>> _found = [];
        private readonly HashSet<long> _missing = [];
        private readonly ImmutableArray<string>.Builder _named = ImmutableArray.CreateBuilder<string>();

        // Files come directory by directory: the last one stays open.
        private byte[] _path = [];
        private TargetDirectory? _directory;

        public long Required { get; private set; }

        public long Missing { get; private set; }

        /// <summary>Required, and not in the part that was restored.</summary>
        public long LeftOut { get; private set; }

        public ImmutableArray<string> Named => _named.ToImmutable();

        /// <summary>
        /// What lies outside the file system is no matter of files, and what is no URL at all is missing as the set
        /// said.
        /// </summary>
        public void Add(ContentPlace place, long? size, long id, string name)
        {
            if (place.Kind is ContentPlaceKind.NoFile or ContentPlaceKind.Outside)
            {
                return;
            }

            if (
                selector is not null
                && (place.Kind != ContentPlaceKind.File || !selector.Takes(place.Root, place.Path))
            )
            {
                LeftOut++;
                return;
            }

            Required++;
            if (target is null)
            {
                return;
            }

            if (place.Kind == ContentPlaceKind.File && (IsThere(place, size) || IsTold(place)))
            {
                return;
            }

            // A database may give a URL twice. Beyond the set's own number the restore fails anyway, and nothing more
            // is remembered.
            if (Missing <= knownMissing && !_missing.Add(KeyOf(id, name)))
            {
                return;
            }

            Missing++;
            if (_named.Count < MaxNamed)
            {
                _named.Add(name);
            }
        }

        /// <summary>
        /// The database names files of which the set itself lost the names; what they are is written down.
        /// </summary>
        public void AppendTo(FileList list)
        {
            foreach ((string root, List<(string Path, string Why)> files) in _found)
            {
                list.Append(root, files);
            }
        }

        public void Dispose() => _directory?.Dispose();

        /// <summary>The restore has said so already, or that the file differs.</summary>
        private bool IsTold(ContentPlace place)
        {
            string path = TreePath.Display(place.Path);
            if (_told.Contains($"{place.Root}/{path}"))
            {
                return true;
            }

            if (!_unnamed.Contains(place.Root))
            {
                return false;
            }

            _told.Add($"{place.Root}/{path}");
            if (!_found.TryGetValue(place.Root, out List<(string Path, string Why)>? found))
            {
                _found.Add(place.Root, found = []);
            }

            found.Add((path, "required, and lost with the listing or a part of it"));
            return true;
        }

        private static long KeyOf(long id, string name) =>
            BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{id} {name}")));

        private bool IsThere(ContentPlace place, long? size)
        {
            byte[] path = [.. Encoding.UTF8.GetBytes(place.Root), (byte)'/', .. place.Path];
            int slash = path.AsSpan().LastIndexOf((byte)'/');
            if (!path.AsSpan(0, slash).SequenceEqual(_path))
            {
                _directory?.Dispose();
                _path = path[..slash];
                _directory = target!.TryOpenDirectory(_path);
            }

            return _directory?.TryStat(path.AsSpan(slash + 1)) is { Type: EntryType.File } file
                && size != RequiredFile.NoFilesSize
                && (!checkSizes || size is null || size == file.Size);
        }
    }
}

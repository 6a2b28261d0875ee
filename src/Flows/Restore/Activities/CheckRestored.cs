using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tasks;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.RequiredFiles;

namespace AlfrescoBackupFlows.Flows.Restore.Activities;

/// <summary>
/// Looks up every required file in the restored directory: as the restored database names it, or where no database was
/// restored, as the set's own lists do. What is absent or of another size is missing, as when the set was sealed. The
/// bytes were checked against the chunks' ids when they were written.
/// </summary>
internal sealed class CheckRestored(FlowEnvironment environment) : FlowActivity<CheckRestoredInput, RestoreCheck>
{
    private const int MaxNamed = 20;

    public override async Task<RestoreCheck> RunAsync(
        CheckRestoredInput check,
        IProgressSink progress,
        CancellationToken cancellationToken
    )
    {
        RestoreInput input = check.Restore;
        SetReader set = await SetReader.OpenAsync(environment, input.Set, cancellationToken);
        using var target = TargetTree.Open(input.Target);
        var look = new Look(target, checkSizes: !set.Manifest.Consistency.SizesIgnored, check.KnownMissing);
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
                        look.Add(urls.Locate(required.Url), required.Size, required.Id, required.Url);
                        return ValueTask.CompletedTask;
                    },
                    cancellationToken
                );
        }
        else
        {
            foreach (RootStamp root in set.Manifest.Roots.Where(root => root.Required is not null))
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
            }
        }

        return new RestoreCheck(look.Required, look.Missing, look.Named);
    }

    private sealed class Look(TargetTree target, bool checkSizes, long knownMissing)
    {
        private readonly HashSet<long> _missing = [];
        private readonly ImmutableArray<string>.Builder _named = ImmutableArray.CreateBuilder<string>();

        public long Required { get; private set; }

        public long Missing { get; private set; }

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

            Required++;
            if (place.Kind == ContentPlaceKind.File && IsThere(place, size))
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

        private static long KeyOf(long id, string name) =>
            BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{id} {name}")));

        private bool IsThere(ContentPlace place, long? size) =>
            target.TryStat([.. Encoding.UTF8.GetBytes(place.Root), (byte)'/', .. place.Path])
                is { Type: EntryType.File } file
            && (!checkSizes || size is null || size == file.Size);
    }
}

using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco;
using AlfrescoBackupFlows.Flows.Engine;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Repository;

namespace AlfrescoBackupFlows.Flows.Restore.Activities;

/// <summary>
/// Looks up every required file in the restored directory: as the restored database names it, or where no database was restored, as the set's
/// own lists do. Their bytes were checked against the chunks' ids when they were written.
/// </summary>
internal sealed class CheckRestored(FlowEnvironment environment) : IActivity<RestoreInput, RestoreCheck>
{
    private const int MaxNamed = 20;

    public async Task<RestoreCheck> RunAsync(RestoreInput input, ActivityContext context, CancellationToken cancellationToken)
    {
        SetReader set = await SetReader.OpenAsync(environment, input.Set, cancellationToken);
        using var target = TargetTree.Open(input.Target);
        var look = new Look(target);
        if (input.Database is { } database)
        {
            string[] stores = [.. set.Manifest.Roots.Select(root => root.Name).Where(name => name.StartsWith(ContentRoot.Stores, StringComparison.Ordinal)).Select(name => name[ContentRoot.Stores.Length..])];
            var urls = new ContentUrlMap(stores);
            await database.Open().ReadRequiredAsync(
                required =>
                {
                    look.Add(urls.Locate(required.Url), required.Url);
                    return ValueTask.CompletedTask;
                },
                cancellationToken);
        }
        else
        {
            foreach (RootStamp root in set.Manifest.Roots.Where(root => root.Required is not null))
            {
                await foreach (RequiredFile file in new RequiredListReader(set.Chunks, root.Required!).ReadAsync(cancellationToken))
                {
                    look.Add(new ContentPlace(ContentPlaceKind.File, root.Name, file.Path, string.Empty), $"{root.Name}/{TreePath.Display(file.Path)}");
                }
            }
        }

        return new RestoreCheck(look.Required, look.Missing, look.Named);
    }

    private sealed class Look(TargetTree target)
    {
        private readonly ImmutableArray<string>.Builder _named = ImmutableArray.CreateBuilder<string>();

        public long Required { get; private set; }

        public long Missing { get; private set; }

        public ImmutableArray<string> Named => _named.ToImmutable();

        /// <summary>What lies outside the file system is no matter of files, and what is no URL at all is missing as the set said.</summary>
        public void Add(ContentPlace place, string name)
        {
            if (place.Kind is ContentPlaceKind.NoFile or ContentPlaceKind.Outside)
            {
                return;
            }

            Required++;
            bool there = place.Kind == ContentPlaceKind.File
                && target.TryStat([.. System.Text.Encoding.UTF8.GetBytes(place.Root), (byte)'/', .. place.Path])?.Type == EntryType.File;
            if (there)
            {
                return;
            }

            Missing++;
            if (_named.Count < MaxNamed)
            {
                _named.Add(name);
            }
        }
    }
}

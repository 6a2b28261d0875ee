using System.Collections.Immutable;
using AlfrescoBackupFlows.Alfresco.Installations;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Flows.Doctor;

/// <summary>Looks at everything that a backup needs, before it: all of it, or what every backup begins with.</summary>
public static class Examination
{
    /// <summary>In this order; another check is a line here.</summary>
    internal static readonly ImmutableArray<ICheck> Checks =
    [
        new OwnDirectoriesCheck(),
        new ContentRootsCheck(),
        new ConfigurationFilesCheck(),
        new DatabaseCheck(),
        new AcknowledgedFilesCheck(),
        new SearchIndexCheck(),
        new SolrCheck(),
        new RepositoryCheck(),
        new GoneRootsCheck(),
        new SettingsCheck(),
        new OrphanProtectionCheck(),
        new TenantsCheck(),
        new OutsideContentCheck(),
        new EncryptedContentCheck(),
        new SearchIndexAgeCheck(),
        new SearchIndexJobCheck(),
        new StateRoomCheck(),
        new StorageRightsCheck(),
        new ClocksCheck(),
        new PassphrasesCheck(),
        new RetentionCheck(),
        new SecondCopyCheck(),
        new DrillsCheck(),
    ];

    /// <summary>Of one check: that of the database ends before it, with a line that says why.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromMinutes(6);

    /// <param name="open">Opens the stores; whoever calls disposes what it opened.</param>
    /// <param name="nextBackup">When the next backup starts by itself; null: not known.</param>
    /// <param name="tell">Gets a line where somebody else is waited for.</param>
    /// <returns>What was found, the most severe first.</returns>
    public static async Task<ImmutableArray<Notice>> RunAsync(
        LoadedOptions loaded,
        Func<CancellationToken, Task<FlowEnvironment>> open,
        DateTimeOffset? nextBackup,
        TimeProvider time,
        Action<string> tell,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(loaded);
        var subject = new Subject
        {
            Loaded = loaded,
            Installation = Installation.Discover(loaded.Options.Installation),
            Time = time,
            Open = open,
            NextBackup = nextBackup,
            Tell = tell,
        };
        var found = new List<Notice>();
        foreach (ICheck check in Checks)
        {
            found.AddRange(await LookAsync(check, subject, Limit, cancellationToken));
        }

        return [.. found.Distinct().OrderBy(static notice => notice.Severity)];
    }

    /// <summary>What every backup begins with.</summary>
    /// <exception cref="AbfException">The backup cannot be taken: the first reason.</exception>
    internal static async Task<ImmutableArray<Notice>> PreflightAsync(
        Subject subject,
        CancellationToken cancellationToken
    )
    {
        var found = ImmutableArray.CreateBuilder<Notice>();
        foreach (ICheck check in Checks.Where(static check => check.IsPreflight))
        {
            found.AddRange(await check.LookAsync(subject, cancellationToken));
        }

        return found.ToImmutable();
    }

    /// <summary>Makes one check; a failure of it is what it found.</summary>
    internal static async Task<ImmutableArray<Notice>> LookAsync(
        ICheck check,
        Subject subject,
        TimeSpan limit,
        CancellationToken cancellationToken
    )
    {
        using var limited = new CancellationTokenSource(limit, subject.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limited.Token);
        try
        {
            // On the pool, and not waited for beyond the limit: whoever answers for ever may not look at the token.
            return await Task.Run(
                    async () => ImmutableArray.CreateRange(await check.LookAsync(subject, linked.Token)),
                    linked.Token
                )
                .WaitAsync(linked.Token);
        }
        catch (AbfException e)
        {
            return [.. Notice.Of(e, check.Id, check.Why)];
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return
            [
                new Notice(
                    check.Id,
                    $"the check was given up after {limit.TotalMinutes:0.#} minutes without an answer",
                    check.Why,
                    "look at the server, the storage and the network between"
                )
                {
                    Severity = NoticeSeverity.Error,
                    Kind = ErrorKind.Source,
                },
            ];
        }
    }
}

using System.Text;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Backup;
using AlfrescoBackupFlows.Flows.Drill;
using AlfrescoBackupFlows.Flows.Mirroring;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Restore;
using AlfrescoBackupFlows.Flows.Retention;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Platform.State;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Cli.Hosting;

/// <summary>
/// Where the journals of an installation are, beneath <c>state</c>: one of its backups, one of its drills, one of its
/// prunes, and one for each target of a restore or a mirror and each verification that is asked for, so that none waits
/// for another. Several installations may share a state directory, and what began against one repository is never
/// resumed against another.
/// </summary>
internal sealed class Journals(BackupOptions options)
{
    /// <summary>How long instances that have ended are kept, for 'abf status' and for people.</summary>
    public static readonly TimeSpan KeepsEnded = TimeSpan.FromDays(30);

    public string Backups => StateDirectory.Beneath(options.State!, "runs", OwnName);

    /// <summary>One drill at a time: what killed ones left, the next removes.</summary>
    public string Drills => StateDirectory.Beneath(options.State!, "drills", OwnName);

    public string Prunes => StateDirectory.Beneath(options.State!, "prunes", OwnName);

    /// <param name="stamp">Of the target, as in the mirror's id.</param>
    public string Mirror(string stamp) => StateDirectory.Beneath(options.State!, "mirrors", OwnName, stamp);

    /// <summary>
    /// The location without the query, which may be a signature that is renewed while a run is interrupted.
    /// </summary>
    private string OwnName
    {
        get
        {
            string location = options.Repository.Url!.Split('?')[0].TrimEnd('/');
            return $"{options.Installation.Name ?? "default"}-{InstanceIds.StampOf(location)[..8]}";
        }
    }

    /// <param name="stamp">Of the target, as in the restore's id.</param>
    public string Restore(string stamp) => StateDirectory.Beneath(options.State!, "restores", stamp);

    /// <param name="stamp">Of what is verified, as in the verification's id.</param>
    public string Verification(string stamp) => StateDirectory.Beneath(options.State!, "verifications", OwnName, stamp);

    /// <summary>The journals of restores that are there.</summary>
    /// <exception cref="PermanentException">Configuration: the directory cannot be read.</exception>
    public IEnumerable<string> Restores() => Beneath("restores");

    /// <inheritdoc cref="Restores"/>
    public IEnumerable<string> Verifications() => Beneath($"verifications/{OwnName}");

    /// <inheritdoc cref="Restores"/>
    public IEnumerable<string> Mirrors() => Beneath($"mirrors/{OwnName}");

    /// <summary>Those in which instances of a flow are looked for.</summary>
    /// <inheritdoc cref="Restores"/>
    public IEnumerable<string> Of(string flowName) =>
        flowName switch
        {
            nameof(HotBackupFlow) => [Backups],
            nameof(RestoreFlow) => Restores(),
            nameof(DrillFlow) => [Drills],
            nameof(PruneFlow) => [Prunes],
            nameof(MirrorTargetFlow) => Mirrors(),
            _ => Verifications(),
        };

    /// <summary>The journal that an instance is in; null: it is no id of a flow that is started by itself.</summary>
    public string? TryFind(string instanceId) =>
        InstanceIds.IsBackup(instanceId) ? Backups
        : InstanceIds.IsVerify(instanceId, out string stamp) ? Verification(stamp)
        : InstanceIds.IsRestore(instanceId, out stamp) ? Restore(stamp)
        : InstanceIds.IsDrill(instanceId) ? Drills
        : InstanceIds.IsPrune(instanceId) ? Prunes
        : InstanceIds.IsMirror(instanceId, out stamp) ? Mirror(stamp)
        : null;

    /// <summary>Backups and prunes add to the repository; a mirror notes in its control store when it was done.</summary>
    public bool TakesLeases(string journal) =>
        journal == Backups
        || journal == Prunes
        || Path.GetDirectoryName(journal) == Path.GetDirectoryName(Mirror("any"));

    /// <summary>
    /// Removes the journals in which everything ended long ago. One that cannot be read (another user's, a
    /// damaged one) stays, and does no harm: the log has it, and nobody is bothered every night.
    /// </summary>
    public void RemoveOld(TimeProvider time, ILogger logger)
    {
        foreach (Func<IEnumerable<string>> list in (Func<IEnumerable<string>>[])[Restores, Verifications, Mirrors])
        {
            try
            {
                foreach (string journal in list())
                {
                    RemoveOld(journal, time, logger);
                }
            }
            catch (AbfException e)
            {
                Logs.JournalsNotListed(logger, e.Message);
            }
        }
    }

    private static void RemoveOld(string journal, TimeProvider time, ILogger logger)
    {
        try
        {
            EmbeddedEngine.TryRemove(journal, KeepsEnded, time);
        }
        catch (AbfException e)
        {
            Logs.JournalNotRemoved(logger, journal, e.Message);
        }
    }

    private List<string> Beneath(string directory)
    {
        OwnTree all = OwnTree.OpenPrivate(StateDirectory.Beneath(options.State!, directory));
        List<string> journals = [];
        try
        {
            all.TryVisit(
                "",
                (name, type) =>
                {
                    if (type == EntryType.Directory)
                    {
                        journals.Add(all.Describe(Encoding.UTF8.GetString(name)));
                    }
                }
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"state: the journals in {all.Location} cannot be listed ({e.Message}): give the directory to the "
                    + "user that runs abf (chown -R)",
                e
            );
        }

        return journals;
    }
}

using System.Text;
using AlfrescoBackupFlows.Embedded;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using AlfrescoBackupFlows.Platform.State;
using Microsoft.Extensions.Logging;

namespace AlfrescoBackupFlows.Cli.Hosting;

/// <summary>
/// Where the journals of an installation are, beneath <c>state</c>: one of its backups, one of its drills, one of its prunes, and one for each target of a
/// restore or a mirror and each verification that is asked for, so that none waits for another. Several installations may share a
/// state directory, and what began against one repository is never resumed against another.
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

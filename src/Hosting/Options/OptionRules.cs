using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Alfresco.Content;
using AlfrescoBackupFlows.Flows.Options;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Hosting.Stores;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Storage.Directories;

namespace AlfrescoBackupFlows.Hosting.Options;

/// <summary>
/// The rules that need no look at the installation. What a time zone, a cron expression or a database URL means is
/// judged where it is read, by the discovery of the installation.
/// </summary>
public static partial class OptionRules
{
    /// <summary>What is wrong with an <c>installation.name</c>, as the end of a line that begins with the setting; null
    /// where nothing is.</summary>
    public static string? FaultOfName(string name) =>
        InstallationName().IsMatch(name)
            ? null
            : $"'{name}' does not fit: write 1 to 64 of a-z 0-9 . _ -, starting with a letter or digit";

    /// <summary>
    /// What is wrong with the place of a store beside the state, as the end of a line that begins with the setting; null where
    /// nothing is. The state can be thrown away at any time: sets that lie in it would go with it.
    /// </summary>
    public static string? FaultOfPlace(string url, string state) =>
        StoreProviders.FaultOf(url) is null
        && DirectoryUrl.TryParse(url) is { } directory
        && (ContentRoot.Holds(state, directory) || ContentRoot.Holds(directory, state))
            ? $"'{url}' and state '{state}' lie in one another: what is in state may be deleted at any time, and the sets "
                + "with it; name another directory in one of them"
            : null;

    internal static void Check(BackupOptions options, OptionsScope scope, OptionFaults faults)
    {
        if (options.State is null)
        {
            faults.Add("state is not set: name a local directory for the journal and caches, such as /var/lib/abf");
        }

        InstallationRules.Check(options.Installation, scope, faults);
        StoreRules.Check(options, faults);
        RetentionRules.Check(options.Retention, faults);
        CheckVerify(options.Verify, faults);
        CheckRate("limitRate.read", options.LimitRate.Read, faults);
        CheckRate("limitRate.upload", options.LimitRate.Upload, faults);
        DrillRules.Check(options.Drill, faults);
        NotifyRules.Check(options.Notify, faults);
        RunOptions backup = options.Backup;
        faults.RequireRange(
            "backup.resumeWithin",
            backup.ResumeWithin,
            TimeSpan.FromMinutes(1),
            RunOptions.MaxResumeWithin
        );
        faults.RequireRange("backup.fullScanEvery", backup.FullScanEvery, TimeSpan.Zero, TimeSpan.FromDays(366));
        if (backup.Parallelism is < 1 or > 32)
        {
            faults.Add($"backup.parallelism '{backup.Parallelism}' is out of bounds: write a number from 1 to 32");
        }
    }

    private static void CheckVerify(VerifyOptions verify, OptionFaults faults)
    {
        TimeSpan every = verify.Every ?? TimeSpan.FromDays(1);
        faults.RequireRange("verify.every", every, TimeSpan.FromSeconds(1), TimeSpan.FromDays(3660));
        string[] depths = [VerifyDepths.Structure, VerifyDepths.Sample, VerifyDepths.Data, VerifyDepths.Live];
        faults.RequireChoice("verify.depth", verify.Depth, depths);
    }

    private static void CheckRate(string setting, string? rate, OptionFaults faults)
    {
        if (rate is not null && !(SizeText.TryParse(rate, out long bytes) && bytes >= LimitRateOptions.Least))
        {
            faults.Add(
                $"{setting} '{rate}' does not fit: write the bytes of a second as a size such as 20MiB, at least 64KiB"
            );
        }
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]{0,63}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex InstallationName();
}

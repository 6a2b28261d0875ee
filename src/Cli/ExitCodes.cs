using AlfrescoBackupFlows.Platform.Errors;

namespace AlfrescoBackupFlows.Cli;

/// <summary>The exit codes, all of them, as <c>docs/install.md</c> and the README list them.</summary>
internal static class ExitCodes
{
    public const int Done = 0;
    public const int Unexpected = 1;

    /// <summary>The command line or the configuration.</summary>
    public const int Usage = 2;

    /// <summary>
    /// A set was committed, or restored, with findings that a person must see: required files
    /// missing, source-missing, source-changed, lost from the repository; or what should follow a backup (retention, mirrors)
    /// failed. Of a mirror: blobs that were not copied. Of a repair: what is lost for good. Of the doctor and of a look at
    /// the configuration: warnings. Of a report or an extract: what the set lacks. Of a notification: who did not take it. Of
    /// a verification: what the live installation has lost.
    /// </summary>
    public const int Findings = 3;

    public const int Busy = 4;
    public const int Source = 5;
    public const int Storage = 6;
    public const int Repository = 7;
    public const int Target = 8;
    public const int Cancelled = 130;

    /// <summary>What 'abf backup' may end with, and 'abf status' after it.</summary>
    public static readonly int[] OfBackup = [Done, Usage, Findings, Busy, Source, Storage, Repository, Cancelled];

    /// <summary>One line for help texts.</summary>
    public static string Meaning(int code) =>
        code switch
        {
            Done => "done",
            Unexpected => "unexpected: a file with the details is named",
            Usage => "the command line or the configuration",
            Findings => "done, with findings that a person must see",
            Busy => "busy: another process, or Alfresco's index window",
            Source => "source: database, content stores, index backup",
            Storage => "storage unreachable or refused",
            Repository => "wrong passphrase, or a damaged repository",
            Target => "restore target",
            Cancelled => "cancelled, interrupted or abandoned",
            _ => throw new ArgumentOutOfRangeException(nameof(code), code, "no such exit code"),
        };

    public static int Of(ErrorKind kind) =>
        kind switch
        {
            ErrorKind.Configuration => Usage,
            ErrorKind.Busy => Busy,
            ErrorKind.Source => Source,
            ErrorKind.Storage => Storage,
            ErrorKind.Repository => Repository,
            ErrorKind.Target => Target,
            ErrorKind.Cancelled => Cancelled,
            _ => Unexpected,
        };
}

using System.CommandLine;
using System.Globalization;
using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Flows.Restore.Records;
using AlfrescoBackupFlows.Flows.Restore.Targets;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Platform.Files;
using DatabaseConnection = AlfrescoBackupFlows.Alfresco.Databases.DatabaseConnection;

namespace AlfrescoBackupFlows.Cli.Commands;

/// <summary>The options of <c>abf restore</c>, and which of them go together.</summary>
internal sealed class RestoreArguments
{
    /// <summary>A chunk of 16 MiB takes four minutes then.</summary>
    private const long MinRate = 64 << 10;

    public Option<string> Set { get; } =
        new("--set") { Description = "The set's id, or 'latest': the newest consistent one.", Required = true };

    public Option<string?> Target { get; } =
        new("--target") { Description = "The directory that becomes dir.root; absent or empty." };

    public Option<string?> Database { get; } =
        new("--database")
        {
            Description = "The empty database: postgresql://user@host:port/name or mysql://user@host:port/name.",
        };

    public Option<string?> DatabasePasswordFile { get; } =
        new("--database-password-file") { Description = "A file that holds its password." };

    public Option<bool> NoDatabase { get; } = new("--no-database") { Description = "Restore the files alone." };

    public Option<bool> DatabaseOnly { get; } =
        new("--database-only") { Description = "Restore the database alone, without --target." };

    public Option<bool> Strict { get; } =
        new("--strict")
        {
            Description = "End at the first file that the repository lost; otherwise all others are restored.",
        };

    public Option<bool> AnySpace { get; } =
        new("--any-space") { Description = "Begin although the target has too little free space; it compresses." };

    public Option<string?> Owner { get; } =
        new("--owner") { Description = "USER:GROUP that owns everything, in place of the recorded owners." };

    public Option<string[]> Include { get; } =
        new("--include")
        {
            Description =
                "Restore only what the pattern matches: '*', '?' and '[a-z]' within a name, '**' any directories. "
                + "It is held against paths such as contentstore/2024/5/1/9/30/NAME.bin; one that begins with '/' from "
                + "their beginning, any other from any name on. A directory brings all that is in it. May be repeated.",
            HelpName = "GLOB",
        };

    public Option<string[]> Exclude { get; } =
        new("--exclude")
        {
            Description = "Leave out what the pattern matches, whatever includes it. May be repeated.",
            HelpName = "GLOB",
        };

    public Option<string[]> Roots { get; } =
        new("--roots")
        {
            Description = "Restore only these directories, such as contentstore or stores/NAME.",
            HelpName = "NAME",
            AllowMultipleArgumentsPerToken = true,
        };

    public Option<bool> Repair { get; } =
        new("--repair")
        {
            Description =
                "Into a damaged installation: write the files that are missing, name those that differ from the set by "
                + "size or bytes, touch no other. Content stores alone, unless --roots names others.",
        };

    public Option<bool> Overwrite { get; } =
        new("--overwrite") { Description = "With --repair: replace the files that differ." };

    public Option<string?> LimitRate { get; } =
        new("--limit-rate")
        {
            Description = "Read at most so many bytes a second from the repository, such as 20MiB.",
            HelpName = "SIZE",
        };

    public Option<bool> DryRun { get; } =
        new("--dry-run") { Description = "Make every check and say what would be done; begin no restore." };

    /// <summary>
    /// A directory, a database, or both. Before the journal keeps it: a password in the URL is refused, and must not
    /// stand in any file.
    /// </summary>
    public void Check(ParseResult parsed)
    {
        string? database = parsed.GetValue(Database);
        bool databaseOnly = parsed.GetValue(DatabaseOnly);
        bool isPart = SelectionOf(parsed) is not null || parsed.GetValue(Repair);
        if (databaseOnly && isPart)
        {
            throw Fault(
                "--database-only restores no files: leave out --include, --exclude, --roots and --repair, which are about files"
            );
        }

        if (parsed.GetValue(Overwrite) && !parsed.GetValue(Repair))
        {
            throw Fault("--overwrite goes with --repair: without it nothing is ever restored over other files");
        }

        bool saysNoDatabase = parsed.GetValue(NoDatabase) || (isPart && database is null);
        if (database is null != saysNoDatabase || (databaseOnly && database is null))
        {
            throw Fault("say either --database URL (with --database-password-file FILE), or --no-database");
        }

        if (databaseOnly == parsed.GetValue(Target) is not null)
        {
            throw Fault(
                databaseOnly
                    ? "--database-only restores no files: leave out --target"
                    : "say where the files go: --target DIRECTORY; --database-only restores the database alone"
            );
        }

        if (databaseOnly && parsed.GetValue(Owner) is not null)
        {
            throw Fault("--database-only restores no files: leave out --owner, which is about files");
        }

        if (database is not null)
        {
            DatabaseConnection.FromRestoreUrl(database, password: null, toolPath: null);
        }

        static PermanentException Fault(string message) => new(ErrorKind.Configuration, message);
    }

    /// <summary>Null: the whole set.</summary>
    /// <exception cref="PermanentException">Configuration: a pattern is none.</exception>
    public RestoreSelection? SelectionOf(ParseResult parsed)
    {
        var selection = new RestoreSelection
        {
            Roots = [.. (parsed.GetValue(Roots) ?? []).Select(static name => name.Trim('/'))],
            Include = [.. parsed.GetValue(Include) ?? []],
            Exclude = [.. parsed.GetValue(Exclude) ?? []],
        };
        _ = new Selector(selection);
        return selection == new RestoreSelection() ? null : selection;
    }

    /// <summary>Bytes a second; null: no limit.</summary>
    public long? LimitRateOf(ParseResult parsed)
    {
        if (parsed.GetValue(LimitRate) is not { } text)
        {
            return null;
        }

        return Units.TryParseBytes(text, out long bytes) && bytes >= MinRate
            ? bytes
            : throw new PermanentException(
                ErrorKind.Configuration,
                $"--limit-rate '{text}' does not fit: write the bytes of a second as a size such as 20MiB, at least "
                    + Amounts.Bytes(MinRate)
            );
    }

    /// <summary><c>USER:GROUP</c>, <c>USER</c> or <c>:GROUP</c>; names of this machine, or numbers.</summary>
    public RestoreOwner? OwnerOf(ParseResult parsed)
    {
        if (parsed.GetValue(Owner) is not { } text)
        {
            return null;
        }

        string[] parts = text.Split(':');
        if (parts.Length > 2 || parts.All(string.IsNullOrEmpty))
        {
            throw new PermanentException(ErrorKind.Configuration, $"--owner '{text}' is not USER:GROUP");
        }

        return new RestoreOwner(
            IdOf(parts[0], "user", OwnerNames.FindUser),
            parts.Length > 1 ? IdOf(parts[1], "group", OwnerNames.FindGroup) : null
        );

        uint? IdOf(string name, string kind, Func<string, uint?> find) =>
            name.Length == 0 ? null
            : uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out uint id) ? id
            : find(name)
                ?? throw new PermanentException(
                    ErrorKind.Configuration,
                    $"--owner '{text}': this machine has no {kind} '{name}'; create it, or give its number"
                );
    }
}

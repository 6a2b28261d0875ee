using AlfrescoBackupFlows.Cli.Output;
using AlfrescoBackupFlows.Contracts;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Cli.Setup;

/// <summary>What a setup says at its end: what there is now, what the preflight found, what to type next.</summary>
internal static class SetupAdvice
{
    private const string Timer = "abf-backup.timer";

    private static readonly string[] UnitPlaces =
    [
        "/usr/lib/systemd/system",
        "/etc/systemd/system",
        "/lib/systemd/system",
    ];

    /// <param name="command">How a command is typed, for this configuration and this user.</param>
    public static IEnumerable<string> After(
        DoctorDocument? doctor,
        FoundInstallation found,
        ServiceUser? user,
        Func<string, string> command
    )
    {
        if (doctor is null or { Errors: > 0 })
        {
            string root = found.Installation.Roots.FirstOrDefault()?.Path ?? string.Empty;
            if (user is not null && ServiceUser.GroupOf(root) is { } group)
            {
                yield return $"usermod -aG {group} {user.Name}    # where that user may not read Alfresco's files";
            }

            yield return $"{command("doctor")}    # once what it found is corrected";
        }

        yield return command("backup");
        yield return $"{command("key sheet")} > recovery.html    # print it, and write the passphrase on it by hand";
        if (UnitPlaces.Any(place => GivenPath.IsFile(Path.Combine(place, Timer))))
        {
            yield return $"systemctl enable --now {Timer}    # every night";
        }
    }

    public static void WriteText(SetupDocument setup, TextWriter writer)
    {
        writer.WriteLine($"configuration {setup.Configuration}");
        writer.WriteLine(
            setup.Repository is { } id
                ? $"repository {id} is created at {setup.Location}"
                : $"the repository at {setup.Location} was there already"
        );
        writer.WriteLine(
            setup.PassphraseMade
                ? $"passphrase {setup.PassphraseFile}: keep it in a second place, away from this machine; losing every passphrase loses every set"
                : $"passphrase {setup.PassphraseFile}, as it was"
        );
        if (setup.Doctor is { } doctor)
        {
            writer.WriteLine();
            foreach (DoctorFindingDocument finding in doctor.Findings.Where(finding => finding.Severity != "info"))
            {
                writer.WriteLine($"{finding.Severity} [{finding.Id}] {finding.What}");
                writer.WriteLine($"  fix: {finding.Fix}");
            }

            writer.WriteLine(
                $"{Amounts.Count(doctor.Errors, "error")}, {Amounts.Count(doctor.Warnings, "warning")}: "
                    + (doctor.Errors > 0 ? "no backup can be taken" : "a backup can be taken")
            );
        }

        writer.WriteLine();
        writer.WriteLine("next:");
        foreach (string line in setup.Next)
        {
            writer.WriteLine($"  {line}");
        }
    }
}

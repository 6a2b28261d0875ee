using AlfrescoBackupFlows.Platform.Files;

namespace AlfrescoBackupFlows.Cli.Hosting;

/// <summary>The configuration file that a command reads.</summary>
/// <param name="Path">Null: there is none, and the variables are the whole configuration, if there are any.</param>
/// <param name="IsNamed">By <c>--config</c>.</param>
internal sealed record ConfigChoice(string? Path, bool IsNamed)
{
    private const string Here = "abf.json";

    /// <summary>The file of this machine's one installation.</summary>
    public static string OfMachine =>
        OperatingSystem.IsWindows()
            ? System.IO.Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData),
                "abf",
                Here
            )
            : "/etc/abf/abf.json";

    /// <summary>The named one; else <c>abf.json</c> of the current directory; else the machine's.</summary>
    public static ConfigChoice Of(string? named, string ofMachine) =>
        named is not null
            ? new ConfigChoice(named, IsNamed: true)
            : new ConfigChoice(new[] { Here, ofMachine }.FirstOrDefault(GivenPath.IsFile), IsNamed: false);
}

using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using AlfrescoBackupFlows.Platform.Processes;
using AlfrescoBackupFlows.Testing;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Rig;

/// <summary>What a run of the executable left.</summary>
internal sealed record AbfResult(int ExitCode, string Out, string Error)
{
    /// <summary>The one document on stdout.</summary>
    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    /// <summary>Error lines without their time stamps.</summary>
    public string[] Errors =>
        [
            .. Error
                .Split('\n')
                .Where(l => l.Contains(" error: ", StringComparison.Ordinal))
                .Select(l => l[(l.IndexOf(" error: ", StringComparison.Ordinal) + 8)..].TrimEnd('\r')),
        ];
}

/// <summary>The real executable, with a configuration file, a repository in a directory and a passphrase.</summary>
internal sealed class AbfRig : IDisposable
{
    public const string Passphrase = "tr0ub4dor & staple";

    private readonly TempDirectory _directory = new();

    public AbfRig()
    {
        File.WriteAllText(PassphraseFile, Passphrase + "\n");
        Restrict(PassphraseFile);
        Config = new JsonObject
        {
            ["installation"] = new JsonObject { ["name"] = "acme" },
            ["repository"] = new JsonObject
            {
                ["url"] = new Uri(Repository).AbsoluteUri,
                ["passphraseFile"] = PassphraseFile,
            },
            ["state"] = State,
        };
    }

    public JsonObject Config { get; }

    public string Repository => _directory.Combine("repository");

    public string State => _directory.Combine("state");

    public string PassphraseFile => _directory.Combine("passphrase");

    public string ConfigFile => _directory.Combine("abf.json");

    public Dictionary<string, string?> Environment { get; } = new(StringComparer.Ordinal);

    /// <summary>What stands before the executable's own name, to run it under other rights or limits.</summary>
    public string[] Prefix { get; set; } = [];

    public string DirectoryPath => _directory.Path;

    /// <summary>The published executable where one is named, and otherwise the one that was built with the tests.</summary>
    public static string Executable { get; } =
        System.Environment.GetEnvironmentVariable("ABF_EXECUTABLE")
        ?? Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "abf.exe" : "abf");

    /// <summary>A shell starts what it puts in the background with Ctrl-C ignored, and the tests would hand that
    /// on.</summary>
    private static string[] WithSignals => OperatingSystem.IsLinux() ? ["/usr/bin/env", "--default-signal=INT"] : [];

    public JsonObject Section(string name) => (JsonObject)Config[name]!;

    public string Combine(string name) => _directory.Combine(name);

    /// <summary>Creates a file that only its owner can read.</summary>
    public string WriteSecret(string name, string text)
    {
        string path = _directory.Combine(name);
        File.WriteAllText(path, text);
        Restrict(path);
        return path;
    }

    /// <summary>What the next commands find on standard input.</summary>
    public string Input { get; set; } = string.Empty;

    /// <summary>Runs a command with <c>--config</c> at its end.</summary>
    public Task<AbfResult> RunAsync(params string[] arguments)
    {
        WriteConfig();
        return RunPlainAsync([.. arguments, "--config", ConfigFile]);
    }

    public async Task<AbfResult> RunPlainAsync(params string[] arguments)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        using Process process = Start([.. Prefix, Executable, .. arguments], closesInput: true);
        await using CancellationTokenRegistration kill = token.Register(() => process.Kill(entireProcessTree: true));
        Task<string> output = process.StandardOutput.ReadToEndAsync(token);
        Task<string> error = process.StandardError.ReadToEndAsync(token);
        await process.WaitForExitAsync(token);
        return new AbfResult(process.ExitCode, await output, await error);
    }

    /// <summary>Starts a command and leaves it running; it ends with the tests, however they end.</summary>
    public Process Start(params string[] arguments)
    {
        WriteConfig();
        return Start([.. WithSignals, Executable, .. arguments, "--config", ConfigFile], closesInput: false);
    }

    private Process Start(string[] command, bool closesInput)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = closesInput,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = _directory.Path,
        };
        foreach ((string name, string? value) in Environment)
        {
            start.Environment[name] = value;
        }

        Process process = ChildProcess.Start(start);
        if (closesInput)
        {
            try
            {
                process.StandardInput.Write(Input);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // A command that needs no input may have ended by now.
            }
        }

        return process;
    }

    public void WriteConfig() => File.WriteAllText(ConfigFile, Config.ToJsonString());

    public void Dispose() => _directory.Dispose();

    private static void Restrict(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}

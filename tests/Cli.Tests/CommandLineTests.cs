using AlfrescoBackupFlows.Cli.Hosting;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests;

public sealed class CommandLineTests : IDisposable
{
    private readonly AbfRig _abf = new();

    public void Dispose() => _abf.Dispose();

    [Theory]
    [InlineData("'bogus'", "bogus")]
    [InlineData("'--bogus'", "sets", "--bogus")]
    [InlineData("command was not provided")]
    [InlineData("SET", "show")]
    [InlineData("command was not provided", "key")]
    [InlineData("--name", "key", "add", "--new-passphrase-file", "x")]
    [InlineData("--write-only", "key", "export")]
    [InlineData("command was not provided", "config")]
    public async Task A_wrong_command_line_is_exit_code_2_and_leaves_stdout_empty(
        string expected,
        params string[] arguments
    )
    {
        AbfResult result = await _abf.RunPlainAsync(arguments);

        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Out);
        Assert.Contains(expected, result.Errors[0]);
        Assert.EndsWith("--help' lists what it takes", result.Errors[^1]);
    }

    [Fact]
    public async Task The_version_is_one_line()
    {
        AbfResult result = await _abf.RunPlainAsync("--version");

        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"^\d+\.\d+\.\d+\r?\n$", result.Out);
        Assert.Empty(result.Error);
    }

    [Fact]
    public async Task Every_command_has_help()
    {
        string[] commands =
        [
            "setup",
            "init",
            "doctor",
            "backup",
            "resume",
            "status",
            "cancel",
            "check",
            "sets",
            "show",
            "report",
            "find",
            "extract",
            "diff",
            "verify",
            "restore",
            "export",
            "import",
            "drill",
            "forget",
            "pin",
            "unpin",
            "prune",
            "repair",
            "stats",
            "mirror",
            "key",
            "serve",
            "schedule",
            "notify",
            "config",
        ];
        AbfResult root = await _abf.RunPlainAsync("--help");
        Assert.Equal(
            commands,
            root.Out[root.Out.IndexOf("Commands:", StringComparison.Ordinal)..]
                .Split('\n')
                .Skip(1)
                .Where(l => l.Length > 2)
                .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0])
        );
        foreach (string command in commands)
        {
            AbfResult result = await _abf.RunPlainAsync(command, "--help");
            Assert.Equal(0, result.ExitCode);
            Assert.Contains("--config <FILE>", result.Out);
            Assert.Contains($"Example:\n  abf {command}", result.Out.ReplaceLineEndings("\n"));
            Assert.Matches(
                command == "check"
                    ? @"Exit codes:\s+0    OK\s+1    WARNING: .*\s+2    CRITICAL: .*\s+3    UNKNOWN: "
                    : @"Exit codes:\s+0    done\s+1    unexpected",
                result.Out
            );
        }
    }

    [Fact]
    public async Task Every_example_of_the_help_is_a_valid_command_line()
    {
        AbfResult root = await _abf.RunPlainAsync("--help");
        string[] commands =
        [
            .. CommandsOf(root),
            .. CommandsOf(await _abf.RunPlainAsync("key", "--help")).Select(c => $"key {c}"),
            .. CommandsOf(await _abf.RunPlainAsync("config", "--help")).Select(c => $"config {c}"),
            .. CommandsOf(await _abf.RunPlainAsync("notify", "--help")).Select(c => $"notify {c}"),
        ];
        Assert.InRange(commands.Length, 31, 100);
        foreach (string command in commands)
        {
            string help = (await _abf.RunPlainAsync([.. command.Split(' '), "--help"])).Out;
            string example = help[(help.IndexOf("Example:", StringComparison.Ordinal) + 8)..].Trim().Split('\n')[0];

            // What a command line is worth is told before the configuration is read.
            AbfResult result = await _abf.RunPlainAsync([
                .. example.Split(' ')[1..].Where(word => word is not "--config" and not "/etc/abf/abf.json"),
            ]);

            Assert.StartsWith($"abf {command}", example);
            Assert.Equal(command == "check" ? 3 : 2, result.ExitCode);
            Assert.Matches(
                "^(ABF UNKNOWN - )?(there is no configuration|alfresco-global.properties was not found|--(new-)?passphrase-file '/root)",
                command == "check" ? result.Out : Assert.Single(result.Errors)
            );
        }
    }

    [Fact]
    public void Without_a_named_file_the_directorys_own_counts_and_then_the_machines()
    {
        string machines = _abf.Combine("machine.json");
        Assert.Equal(new ConfigChoice(null, false), ConfigChoice.Of(null, machines));
        File.WriteAllText(machines, "{}");

        Assert.Equal(new ConfigChoice(machines, false), ConfigChoice.Of(null, machines));
        Assert.Equal(new ConfigChoice("other.json", true), ConfigChoice.Of("other.json", machines));
    }

    [Fact]
    public async Task The_directorys_own_configuration_is_taken_and_named()
    {
        _abf.WriteConfig();

        AbfResult result = await _abf.RunPlainAsync("init");

        Assert.Equal(0, result.ExitCode);
        Assert.Single(
            result.Error.Split('\n'),
            line => line.EndsWith($"configuration: {_abf.ConfigFile}", StringComparison.Ordinal)
        );
    }

    private static IEnumerable<string> CommandsOf(AbfResult help) =>
        help.Out[help.Out.IndexOf("Commands:", StringComparison.Ordinal)..]
            .Split("Example:")[0]
            .Split('\n')
            .Skip(1)
            .Where(line => line.Trim().Length > 0)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]);

    [Fact]
    public async Task A_backup_has_no_option_that_leaves_a_part_out()
    {
        AbfResult result = await _abf.RunPlainAsync("backup", "--help");

        string[] options =
        [
            .. result
                .Out[result.Out.IndexOf("Options:", StringComparison.Ordinal)..]
                .Split("Example:")[0]
                .Split(' ', '\n', ',')
                .Where(w => w.StartsWith("--", StringComparison.Ordinal)),
        ];
        Assert.Equal(["--accept-content-loss", "--help", "--config", "--json", "--quiet", "--log-format"], options);
    }

    [Fact]
    public async Task A_missing_configuration_file_is_named()
    {
        AbfResult result = await _abf.RunPlainAsync("sets", "--config", "elsewhere.json");

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("--config 'elsewhere.json' does not exist", Assert.Single(result.Errors));
    }

    [Fact]
    public async Task Every_fault_of_the_configuration_is_reported_at_once()
    {
        _abf.Config["stat"] = "x";
        _abf.Section("installation")["name"] = "Not A Name";
        _abf.Section("repository")["passphraseFile"] = _abf.Combine("gone");
        _abf.Section("installation")["index"] = new System.Text.Json.Nodes.JsonObject { ["cron"] = "every night" };
        _abf.Section("installation")["globalProperties"] = _abf.Combine("absent.properties");

        AbfResult result = await _abf.RunAsync("backup", "--json");

        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Out);
        foreach (
            string setting in (string[])
                [
                    "stat:",
                    "installation.name",
                    "repository.passphraseFile",
                    "installation.index.cron",
                    "installation.globalProperties",
                ]
        )
        {
            Assert.Single(result.Errors, e => e.StartsWith(setting, StringComparison.Ordinal));
        }

        Assert.Equal(5, result.Errors.Length);
    }

    [Fact]
    public async Task The_environment_alone_can_configure()
    {
        _abf.Environment["ABF__REPOSITORY__URL"] = new Uri(_abf.Repository).AbsoluteUri;
        _abf.Environment["ABF__REPOSITORY__PASSPHRASE"] = AbfRig.Passphrase;
        _abf.Environment["ABF__STATE"] = _abf.State;

        Assert.Equal(0, (await _abf.RunPlainAsync("init")).ExitCode);
        Assert.Equal("[]\n", (await _abf.RunPlainAsync("--json", "sets")).Out);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task A_passphrase_file_that_others_can_read_is_a_warning()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no permission bits.");
        File.SetUnixFileMode(_abf.PassphraseFile, UnixFileMode.UserRead | UnixFileMode.OtherRead);

        AbfResult result = await _abf.RunAsync("init");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("warning: repository.passphraseFile", result.Error);
    }
}

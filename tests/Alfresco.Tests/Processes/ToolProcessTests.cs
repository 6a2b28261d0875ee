using AlfrescoBackupFlows.Alfresco.Processes;
using AlfrescoBackupFlows.Alfresco.Tests.Databases;
using Xunit;

namespace AlfrescoBackupFlows.Alfresco.Tests.Processes;

[Trait("needs", "linux")]
public sealed class ToolProcessTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_child_sees_the_settings_of_this_program()
    {
        Environment.SetEnvironmentVariable("ABF__TESTS__PASSPHRASE", "geheim");
        Environment.SetEnvironmentVariable("AZURE_CLIENT_SECRET", "geheim");
        using var tool = new StandInTool("tool", "env");

        string said = string.Empty;
        ToolExit exit = await ToolProcess.RunAsync(
            Command(tool) with
            {
                IsOfAdministrator = true,
            },
            input: null,
            async (output, token) => said = await new StreamReader(output).ReadToEndAsync(token),
            Cancel
        );

        Assert.Equal(0, exit.Code);
        Assert.Contains("HOME=", said, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_vendors_tool_gets_what_it_needs_and_no_other_variable()
    {
        Environment.SetEnvironmentVariable("SOME_SERVICES_PASSWORD", "x");
        using var tool = new StandInTool("tool", "exec env");

        (ToolExit exit, string said) = await RunAsync(tool);

        Assert.Equal(0, exit.Code);

        // What a shell sets by itself, besides.
        string[] names =
        [
            .. said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=')[0]),
        ];
        Assert.Contains("PATH", names);
        Assert.Empty(names.Except(["PATH", "LD_LIBRARY_PATH", "TEMP", "TMP", "PWD", "OLDPWD", "SHLVL", "_"]));
    }

    [Fact]
    public async Task An_output_that_a_grandchild_holds_open_is_given_up_and_never_taken_for_whole()
    {
        using var tool = new StandInTool("tool", HoldOpen + "echo out; echo err >&2; exit 0");

        (ToolExit exit, string said) = await RunAsync(tool);
        LetGo(tool);

        Assert.Equal("out\n", said);
        Assert.Equal(-1, exit.Code);
        Assert.Equal(["err", "error: it ended, but something that it started holds its output open"], exit.Errors);
    }

    [Fact]
    public async Task Where_nobody_reads_the_output_what_a_tool_leaves_running_is_not_waited_for()
    {
        using var tool = new StandInTool("tool", HoldOpen + "echo err >&2; exit 3");

        ToolExit exit = await ToolProcess.RunAsync(Command(tool), input: null, output: null, Cancel);
        LetGo(tool);

        Assert.Equal(3, exit.Code);
        Assert.Equal(["err"], exit.Errors);
    }

    /// <summary>A server may have a tool print a message of any length, and no line end in it.</summary>
    [Fact]
    public async Task Of_an_error_line_without_an_end_the_first_part_is_kept()
    {
        using var tool = new StandInTool(
            "tool",
            "echo first >&2; head -c 40000000 /dev/zero | tr '\\0' x >&2; echo >&2; echo last >&2; exit 1"
        );

        (ToolExit exit, _) = await RunAsync(tool);

        Assert.Equal(["first", new string('x', 2_000), "last"], exit.Errors);
    }

    /// <summary>A grandchild with both outputs that ends when somebody opens the pipe.</summary>
    private const string HoldOpen = "mkfifo \"${0%/*}/pipe\"; cat \"${0%/*}/pipe\" & ";

    private static void LetGo(StandInTool tool) =>
        File.WriteAllText(Path.Combine(tool.Directory, "pipe"), string.Empty);

    private static ToolCommand Command(StandInTool tool) =>
        new(Path.Combine(tool.Directory, "tool"), [], new Dictionary<string, string>(StringComparer.Ordinal));

    private static async Task<(ToolExit Exit, string Said)> RunAsync(StandInTool tool)
    {
        string said = string.Empty;
        ToolExit exit = await ToolProcess.RunAsync(
            Command(tool),
            input: null,
            async (output, token) => said = await new StreamReader(output).ReadToEndAsync(token),
            Cancel
        );
        return (exit, said);
    }
}

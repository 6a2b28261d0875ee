using System.Diagnostics;
using System.Text.Json.Nodes;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Rig;

/// <summary>
/// Holds a command at a known place: in front of the vendor's real tool stands a script that says it was started, and
/// waits for a file.
/// </summary>
internal static class HeldTool
{
    private const string Backup = "backup";

    /// <summary>Starts a command (a backup where none is given) whose tool waits; other tools are the real
    /// ones.</summary>
    public static Process StartHeldAt(this AbfRig rig, JsonObject database, string tool, params string[] command)
    {
        rig.HoldTool(database, tool);
        return rig.Start(command.Length == 0 ? [Backup] : command);
    }

    /// <summary>Puts the script in front of the tool.</summary>
    public static void HoldTool(this AbfRig rig, JsonObject database, string tool)
    {
        foreach (string name in (string[])["pg_dump", "psql"])
        {
            string wait =
                name == tool
                    ? $"""
                        case "$*" in *--version*) ;; *)
                          : >"{rig.Combine("held")}"
                          while [ ! -e "{rig.Combine("go")}" ]; do sleep 0.05; done
                        esac
                        """
                    : string.Empty;
            Shell.WriteProgram(
                rig.Combine("held-tools"),
                name,
                $"{wait}\nexec \"{Path.Combine(PostgresServer.BinDirectory, name)}\" \"$@\""
            );
        }

        database["toolPath"] = rig.Combine("held-tools");
    }

    /// <summary>Returns when the tool waits; a command that ends before fails the test.</summary>
    public static async Task WaitUntilHeldAsync(this AbfRig rig, Process? command = null)
    {
        while (!File.Exists(rig.Combine("held")))
        {
            Assert.False(
                command?.HasExited ?? false,
                command?.HasExited ?? false
                    ? await command!.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)
                    : string.Empty
            );
            await Task.Delay(TimeSpan.FromMilliseconds(20), TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The tool goes on, and no later one waits.</summary>
    public static void LetGo(this AbfRig rig) => File.WriteAllText(rig.Combine("go"), string.Empty);
}

using System.Diagnostics;
using System.Text;
using System.Text.Json;
using CliWrap;

namespace AlfrescoBackupFlows.Demo;

/// <summary>Runs the executable as a user would.</summary>
internal sealed class Abf(string executable, string configuration, string? connectionString)
{
    /// <summary>
    /// Runs one command with <c>--json</c>. Returns its document (undefined where it printed none) and how long it
    /// took; an exit code other than 0 ends the demonstration with what the command said.
    /// </summary>
    public async Task<(JsonElement Document, TimeSpan Time)> RunAsync(
        CancellationToken cancellationToken,
        params string[] arguments
    )
    {
        var output = new StringBuilder();
        var errors = new StringBuilder();
        var watch = Stopwatch.StartNew();
        CommandResult result = await CliWrap
            .Cli.Wrap(executable)
            .WithArguments([.. arguments, "--config", configuration, "--json"])
            .WithEnvironmentVariables(e => e.Set("ABF__REPOSITORY__CONNECTIONSTRING", connectionString))
            .WithStandardOutputPipe(PipeTarget.ToStringBuilder(output, Encoding.UTF8))
            .WithStandardErrorPipe(PipeTarget.ToStringBuilder(errors, Encoding.UTF8))
            .WithValidation(CommandResultValidation.None)
            .ExecuteAsync(cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new DemoFailedException(
                $"abf {string.Join(' ', arguments)} ended with {result.ExitCode}\n{errors}{output}"
            );
        }

        string text = output.ToString();
        JsonElement document = string.IsNullOrWhiteSpace(text) ? default : JsonElement.Parse(text);
        return (document, watch.Elapsed);
    }
}

/// <summary>The demonstration did not come out as it must.</summary>
internal sealed class DemoFailedException(string message) : Exception(message);

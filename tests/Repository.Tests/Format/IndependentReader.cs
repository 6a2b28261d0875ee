using System.Collections.Immutable;
using System.Text.Json;
using AlfrescoBackupFlows.Repository.Tests.Fakes;
using AlfrescoBackupFlows.Testing;
using CliWrap;
using CliWrap.Buffered;

namespace AlfrescoBackupFlows.Repository.Tests.Format;

/// <summary>The reader that was written in another language from the text of the format alone.</summary>
internal static class IndependentReader
{
    /// <summary>All that the sets hold, in the lines of <see cref="SampleRepository.ReadAsync"/>.</summary>
    /// <param name="warnings">Takes what the reader warns of; without it, it must not.</param>
    public static async Task<ImmutableArray<string>> ReadAsync(
        string repository,
        string? passphrase,
        ICollection<string>? warnings = null
    )
    {
        using TempDirectory temp = new();
        List<string> arguments = [SourceFiles.Path("tests", "reader", "abf_reader.py"), repository];
        if (passphrase is not null)
        {
            string file = temp.Combine("passphrase");
            await File.WriteAllTextAsync(file, passphrase + "\n");
            arguments.AddRange(["--passphrase-file", file]);
        }

        ImmutableArray<string>.Builder lines = ImmutableArray.CreateBuilder<string>();
        using JsonDocument first = await RunAsync(arguments);
        foreach (JsonElement id in first.RootElement.GetProperty("sets").EnumerateArray())
        {
            using JsonDocument document = await RunAsync([
                .. arguments,
                "--set",
                id.GetString()!,
                "--extract",
                temp.Combine(id.GetString()!),
            ]);
            Assert.Empty(document.RootElement.GetProperty("alarms").EnumerateArray());
            foreach (JsonElement warning in document.RootElement.GetProperty("warnings").EnumerateArray())
            {
                Assert.NotNull(warnings);
                warnings.Add(warning.GetString()!);
            }

            AddLines(lines, document.RootElement.GetProperty("set"));

            // The framework cannot delete names that are not UTF-8.
            await Cli.Wrap("rm").WithArguments(["-r", temp.Combine(id.GetString()!)]).ExecuteAsync();
        }

        return lines.ToImmutable();
    }

    /// <summary>What it says of the newest checks: set, kind, depth, whether it passed, findings.</summary>
    public static async Task<ImmutableArray<string>> ReadChecksAsync(string repository)
    {
        using JsonDocument document = await RunAsync([
            SourceFiles.Path("tests", "reader", "abf_reader.py"),
            repository,
            "--set",
            "none",
        ]);
        return
        [
            .. document
                .RootElement.GetProperty("checks")
                .EnumerateArray()
                .Select(static check =>
                    $"{check.GetProperty("set")} {check.GetProperty("kind")} {check.GetProperty("depth")} "
                    + $"{check.GetProperty("passed")} {check.GetProperty("findings")}"
                ),
        ];
    }

    private static async Task<JsonDocument> RunAsync(IReadOnlyList<string> arguments)
    {
        BufferedCommandResult result = await Cli.Wrap("/usr/bin/python3")
            .WithArguments(arguments)
            .WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync();
        Assert.True(result.ExitCode == 0, result.StandardError);
        return JsonDocument.Parse(result.StandardOutput);
    }

    private static void AddLines(ImmutableArray<string>.Builder lines, JsonElement set)
    {
        string? id = set.GetProperty("id").GetString();
        foreach (JsonProperty root in set.GetProperty("roots").EnumerateObject())
        {
            foreach (JsonElement entry in root.Value.EnumerateArray())
            {
                JsonElement owner = entry[3];
                string bytes = entry[7].ValueKind == JsonValueKind.Null ? "-" : $"{entry[6]} {entry[7]}";
                lines.Add(
                    $"{id} {root.Name} {entry[0]} {entry[1]} {entry[2]} {owner[0]}:{owner[1]}:{owner[2]}:{owner[3]} {entry[4]} {entry[5]} {bytes}"
                );
            }

            if (set.GetProperty("required").TryGetProperty(root.Name, out JsonElement required))
            {
                lines.AddRange(
                    required.EnumerateArray().Select(file => $"{id} {root.Name} required {file[0]} {file[1]} {file[2]}")
                );
            }
        }

        lines.Add($"{id} dump {set.GetProperty("dump")}");
        if (set.TryGetProperty("catalogue", out JsonElement catalogue))
        {
            lines.AddRange(catalogue.EnumerateArray().Select(node => $"{id} {LineOf(node)}"));
        }
    }

    private static string LineOf(JsonElement node)
    {
        string contents = string.Join(' ', node.GetProperty("contents").EnumerateArray().Select(Content));
        return $"node {Of("id")} {Of("parent")} {Of("store")} {Of("uuid")} {Of("name")} {Of("home")} {Of("modified")} "
            + $"{Of("label")} {Of("version")} {contents}";

        JsonElement Of(string name) => node.GetProperty(name);

        static string Content(JsonElement content) => string.Join(' ', content.EnumerateArray());
    }
}

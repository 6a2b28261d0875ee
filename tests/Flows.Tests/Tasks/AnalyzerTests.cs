using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Testing;
using Microsoft.DurableTask;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Tasks;

/// <summary>
/// The build refuses a flow that is not deterministic: each fault is planted and compiled with the analyzers and the
/// list of errors that <c>Flows.csproj</c> names.
/// </summary>
public sealed partial class AnalyzerTests
{
    [Theory]
    [InlineData("await context.CallActivityAsync<int>(nameof(Double), 1);", null)]
    [InlineData("await Task.Delay(1);", "DURABLE0003")]
    [InlineData("_ = DateTime.UtcNow;", "DURABLE0001")]
    [InlineData("_ = Guid.NewGuid();", "DURABLE0002")]
    [InlineData("await Helper.WaitAsync();", "DURABLE0003")]
    [InlineData(
        "while (input < 9) { await context.CallActivityAsync<int>(nameof(Double), 1); while (true) { await context.CallActivityAsync<int>(nameof(Double), 1); if (input > 3) { return 1; } } }",
        "DURABLE0011"
    )]
    [InlineData("await context.CallActivityAsync<int>(nameof(Double), \"one\");", "DURABLE2001")]
    [InlineData("await context.CallActivityAsync<string>(nameof(Double), 1);", "DURABLE2002")]
    [InlineData("await context.CallActivityAsync<int>(\"Treble\", 1);", "DURABLE2003")]
    public async Task A_planted_fault_does_not_compile(string planted, string? expected)
    {
        string[] found =
        [
            .. ErrorCodes().Matches(await CompileAsync(planted)).Select(match => match.Groups["code"].Value).Distinct(),
        ];

        Assert.Equal(expected is null ? [] : [expected], found);
        if (expected is not null)
        {
            Assert.Contains(expected, Errors(), StringComparison.Ordinal);
        }
    }

    private static async Task<string> CompileAsync(string planted)
    {
        using var directory = new TempDirectory();
        string source = directory.Combine("Planted.cs");
        await File.WriteAllTextAsync(
            source,
            $$"""
            using System;
            using System.Threading.Tasks;
            using AlfrescoBackupFlows.Flows.Tasks;
            using Microsoft.DurableTask;

            public static class Helper
            {
                public static Task WaitAsync() => Task.Delay(1);
            }

            public sealed class Double : FlowActivity<int, int>
            {
                public override Task<int> RunAsync(int input, IProgressSink progress, System.Threading.CancellationToken cancellationToken) => Task.FromResult(2 * input);
            }

            public sealed class PlantedFlow : TaskOrchestrator<int, int>
            {
                public override async Task<int> RunAsync(TaskOrchestrationContext context, int input)
                {
                    {{planted}}
                    return input;
                }
            }
            """,
            TestContext.Current.CancellationToken
        );
        string sdk = Directory
            .GetDirectories(Path.Combine(DotnetRoot(), "sdk"), "10.*")
            .Order(StringComparer.Ordinal)
            .Last();
        string[] assemblies =
        [
            .. Directory.GetFiles(RuntimeEnvironment.GetRuntimeDirectory(), "*.dll").Where(IsManaged),
        ];
        string[] arguments =
        [
            Path.Combine(sdk, "Roslyn", "bincore", "csc.dll"),
            "-nologo",
            "-target:library",
            "-nullable:enable",
            "-nowarn:CS1701,CS1702",
            $"-out:{directory.Combine("planted.dll")}",
            $"-analyzer:{Metadata("DurableTaskAnalyzers")}",
            $"-warnaserror+:{Errors()}",
            source,
            Path.Combine(RepositoryRoot(), "src", "AnalyzerNames", "AnalyzerNames.cs"),
            .. assemblies
                .Append(typeof(TaskOrchestrator<,>).Assembly.Location)
                .Append(Path.Combine(AppContext.BaseDirectory, "AlfrescoBackupFlows.Flows.dll"))
                .Distinct()
                .Select(assembly => $"-r:{assembly}"),
        ];
        using Process compiler = Process.Start(
            new ProcessStartInfo(Path.Combine(DotnetRoot(), "dotnet"), arguments)
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        string said = await compiler.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await compiler.WaitForExitAsync(TestContext.Current.CancellationToken);
        return said;
    }

    private static bool IsManaged(string file)
    {
        try
        {
            AssemblyName.GetAssemblyName(file);
            return true;
        }
        catch (BadImageFormatException)
        {
            return false;
        }
    }

    private static string DotnetRoot() =>
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    private static string Metadata(string key) =>
        typeof(AnalyzerTests)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == key)
            .Value!;

    private static string RepositoryRoot([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", ".."));

    /// <summary>As the build of the flows has them.</summary>
    private static string Errors() =>
        ErrorList()
            .Match(File.ReadAllText(Path.Combine(RepositoryRoot(), "src", "Flows", "Flows.csproj")))
            .Groups["codes"]
            .Value.Replace(';', ',');

    [GeneratedRegex("error (?<code>(DURABLE|CS)[0-9]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex ErrorCodes();

    [GeneratedRegex(
        "<WarningsAsErrors>[^<]*?(?<codes>DURABLE[^<]*)</WarningsAsErrors>",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex ErrorList();
}

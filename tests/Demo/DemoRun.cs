using System.Globalization;
using System.Text.Json;
using AlfrescoBackupFlows.Testing.Sample;
using Spectre.Console;

namespace AlfrescoBackupFlows.Demo;

/// <summary>The main job on real input, from an empty repository to a comparison of every restored byte.</summary>
internal sealed class DemoRun
{
    private const string Passphrase = "a passphrase of the demonstration";

    private static readonly IAnsiConsole Progress = AnsiConsole.Create(
        new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }
    );

    private readonly DemoOptions _options;
    private readonly string _directory;
    private readonly DemoEndpoints _endpoints;
    private readonly DemoDatabases _databases;
    private readonly SampleInstallation _sample;
    private readonly Abf _abf;
    private readonly DemoReport _report = new();

    private DemoRun(DemoOptions options, string directory, DemoEndpoints endpoints)
    {
        _options = options;
        _directory = directory;
        _endpoints = endpoints;
        _databases = new DemoDatabases(endpoints);
        _sample = new SampleInstallation(In("installation"), _databases.Source, seed: 20261122);
        _abf = new Abf(options.Abf, Configuration, endpoints.BlobConnectionString);
    }

    private string Configuration => In("abf.json");

    private string Target => In("restored");

    /// <summary>Returns the exit code: 0 only if everything agreed.</summary>
    public static async Task<int> RunAsync(DemoOptions options, CancellationToken cancellationToken)
    {
        string directory = Directory.CreateTempSubdirectory("abf-demo-").FullName;
        Say("starting the servers");
        DemoServers servers = await DemoServers.StartAsync(options, directory, cancellationToken);
        try
        {
            var run = new DemoRun(options, directory, servers.Endpoints);
            bool agreed = await run.RunStepsAsync(cancellationToken);
            run._report.Print(AnsiConsole.Console);
            if (options.Keep)
            {
                run.SayHowToGoOn();
            }

            return agreed ? 0 : 1;
        }
        catch (DemoFailedException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
        finally
        {
            await servers.DisposeAsync();
            if (!options.Keep)
            {
                Directory.Delete(directory, recursive: true);
            }
        }
    }

    private async Task<bool> RunStepsAsync(CancellationToken cancellationToken)
    {
        Say("creating the sample installation");
        await _sample.CreateAsync(cancellationToken);
        await _sample.AddDocumentsAsync(_options.Documents, cancellationToken);
        await ConfigureAsync(cancellationToken);

        (_, TimeSpan time) = await StepAsync(cancellationToken, "init");
        _report.Add("init", time);
        await BackUpAsync("backup", cancellationToken);

        await _sample.AddDocumentsAsync(_options.Added, cancellationToken);
        await _sample.DeleteDocumentsAsync(_options.Added / 10, cancellationToken);
        await _sample.RunIndexBackupJobAsync(cancellationToken);
        JsonElement second = await BackUpAsync("backup (incremental)", cancellationToken);
        if (second.GetProperty("addedBytes").GetInt64() * 2 > second.GetProperty("bytes").GetInt64())
        {
            throw new DemoFailedException("the second backup stored as much as a full one");
        }

        (_, time) = await StepAsync(cancellationToken, "verify", "--read-data");
        _report.Add("verify --read-data", time);
        await RestoreAsync(second, cancellationToken);
        return await CompareAsync(cancellationToken);
    }

    private async Task<JsonElement> BackUpAsync(string name, CancellationToken cancellationToken)
    {
        (_, TimeSpan time) = await StepAsync(cancellationToken, "backup");
        (JsonElement sets, _) = await _abf.RunAsync(cancellationToken, "sets");
        JsonElement set = sets[0];
        if (!set.GetProperty("consistent").GetBoolean())
        {
            throw new DemoFailedException($"the set is not consistent: {set}");
        }

        _report.Add(
            name,
            time,
            set.GetProperty("files").GetInt64(),
            set.GetProperty("bytes").GetInt64(),
            set.GetProperty("addedBytes").GetInt64()
        );
        return set;
    }

    private async Task RestoreAsync(JsonElement set, CancellationToken cancellationToken)
    {
        (_, TimeSpan time) = await StepAsync(
            cancellationToken,
            "restore",
            "--set",
            "latest",
            "--target",
            Target,
            "--database",
            _databases.TargetUrl,
            "--database-password-file",
            In("db-password")
        );
        _report.Add("restore", time, set.GetProperty("files").GetInt64(), set.GetProperty("bytes").GetInt64());
    }

    private async Task<bool> CompareAsync(CancellationToken cancellationToken)
    {
        Say("comparing source and restore");
        bool agreed = true;
        foreach (
            (string source, string restored) in ((string, string)[])
                [
                    ("contentstore", "contentstore"),
                    ("contentstore.deleted", "contentstore.deleted"),
                    ("keystore", "keystore"),
                    ("backup-lucene-indexes", "lucene-indexes"),
                ]
        )
        {
            (List<string> differences, int files) = TreeComparison.Compare(
                Path.Combine(_sample.Root, source),
                Path.Combine(Target, restored)
            );
            agreed &= differences.Count == 0;
            _report.Compare(source, files, differences);
        }

        string? difference = await _databases.CompareAsync(cancellationToken);
        _report.Compare("database, dump by dump", null, difference is null ? [] : [difference]);
        return agreed && difference is null;
    }

    private async Task<(JsonElement Document, TimeSpan Time)> StepAsync(
        CancellationToken cancellationToken,
        params string[] arguments
    )
    {
        Say($"abf {string.Join(' ', arguments)}");
        return await _abf.RunAsync(cancellationToken, arguments);
    }

    private async Task ConfigureAsync(CancellationToken cancellationToken)
    {
        await WriteSecretAsync("passphrase", Passphrase, cancellationToken);
        await WriteSecretAsync("db-password", _endpoints.Password, cancellationToken);
        string url = _endpoints.BlobUrl is { } container ? $"{container}/acme" : new Uri(In("repository")).AbsoluteUri;
        string connection = string.Empty;
        if (_endpoints.BlobConnectionString is { } value)
        {
            await WriteSecretAsync("connection-string", value, cancellationToken);
            connection = $", \"connectionStringFile\": {Quote(In("connection-string"))}";
        }

        // "never": nothing may depend on the hour at which somebody looks at a demonstration.
        await File.WriteAllTextAsync(
            Configuration,
            $$"""
            {
              "installation": { "name": "acme", "globalProperties": {{Quote(
                _sample.PropertiesFile
            )}}, "index": { "cron": "0 0 3 1 1 ? 2099" } },
              "repository": { "url": {{Quote(url)}}, "passphraseFile": {{Quote(In("passphrase"))}}{{connection}} },
              "state": {{Quote(In("state"))}}
            }

            """,
            cancellationToken
        );
    }

    private async Task WriteSecretAsync(string name, string value, CancellationToken cancellationToken)
    {
        string path = In(name);
        await File.WriteAllTextAsync(path, value + "\n", cancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private void SayHowToGoOn() =>
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"""

                Everything is still running. Go on by hand:
                  {_options.Abf} sets   --config {Configuration}
                  {_options.Abf} backup --config {Configuration}
                  {_options.Abf} show latest --config {Configuration}
                The installation is {_sample.Root}, the restore {Target}.
                The passwords are in {_directory}. To end it all:
                  kill {_endpoints.Process}; rm -r {_directory}
                """
            )
        );

    private string In(string name) => Path.Combine(_directory, name);

    private static string Quote(string value) => JsonSerializer.Serialize(value, DemoJson.Default.String);

    private static void Say(string line) => Progress.MarkupLineInterpolated($"[grey]{DateTime.Now:HH:mm:ss}[/] {line}");
}

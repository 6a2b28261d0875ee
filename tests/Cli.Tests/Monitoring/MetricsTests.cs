using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Cli.Tests.Rig;
using AlfrescoBackupFlows.Testing.Servers;
using Xunit;

namespace AlfrescoBackupFlows.Cli.Tests.Monitoring;

/// <summary>What commands leave for those who watch them: a file, a collector, lines of JSON.</summary>
public sealed partial class MetricsTests(CommittedSample sample, OnDemand<PostgresServer> server)
    : CommittedSampleTest(sample, server)
{
    private string MetricsFile => Abf.Combine("abf.prom");

    [Fact]
    public async Task A_backup_leaves_its_numbers_and_dashboard_rules_and_documentation_name_what_is_there()
    {
        Abf.Config["metrics"] = new JsonObject { ["file"] = MetricsFile };
        AssertDone(await Abf.RunAsync("backup"));
        string ofBackup = await File.ReadAllTextAsync(MetricsFile, Token);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal("OtherRead, GroupRead, UserWrite, UserRead", $"{File.GetUnixFileMode(MetricsFile)}");
        }

        Assert.Contains("\nabf_run_outcome{installation=\"acme\",outcome=\"sealed\"} 1\n", ofBackup);
        Assert.Contains("\nabf_run_outcome{installation=\"acme\",outcome=\"failed\"} 0\n", ofBackup);
        Assert.Contains("\nabf_sets{installation=\"acme\"} 2\n", ofBackup);
        Assert.Contains("\nabf_repository_alarms{installation=\"acme\"} 0\n", ofBackup);
        Assert.Matches(
            "\nabf_set_phase_duration_seconds\\{installation=\"acme\",phase=\"files\"\\} [0-9.]+\n",
            ofBackup
        );
        Assert.Matches(
            "\nabf_storage_requests_total\\{installation=\"acme\",kind=\"put_if_absent\"\\} [1-9]",
            ofBackup
        );
        Assert.Matches("\nabf_repository_size_bytes\\{installation=\"acme\"\\} [1-9][0-9]+\n", ofBackup);
        Assert.Contains(
            "\nabf_runs_total{flow=\"HotBackupFlow\",installation=\"acme\",outcome=\"completed\"} 1\n",
            ofBackup
        );
        Assert.DoesNotContain(Abf.DirectoryPath, ofBackup);

        AssertDone(await Abf.RunAsync("verify"));
        string ofVerify = await File.ReadAllTextAsync(MetricsFile, Token);
        Assert.Matches("\nabf_check_timestamp_seconds\\{installation=\"acme\",kind=\"verify\"\\} [1-9]", ofVerify);
        Assert.Contains("\nabf_run_outcome{installation=\"acme\",outcome=\"sealed\"} 1\n", ofVerify);

        Dictionary<string, HashSet<string>> known = LabelsOf(ofBackup + ofVerify);
        Assert.Equal(
            known.Keys.Concat(["abf_set_age_seconds", "abf_check_age_seconds"]).Order(StringComparer.Ordinal),
            MonitoringPages.DocumentedMetrics().Order(StringComparer.Ordinal)
        );
        Assert.All(
            MonitoringPages.Expressions(),
            expression =>
            {
                (string Metric, string[] Labels)[] used = [.. MonitoringPages.NamesIn(expression)];
                Assert.NotEmpty(used);
                Assert.All(used, name => Assert.Subset(known[name.Metric], name.Labels.ToHashSet()));
            }
        );
    }

    [Fact]
    public async Task A_backup_that_fails_is_told_in_the_file_even_where_it_could_not_begin()
    {
        Abf.Config["metrics"] = new JsonObject { ["file"] = MetricsFile };
        Setting("database")["toolPath"] = Directory.CreateDirectory(Abf.Combine("no-tools")).FullName;
        Assert.Equal(5, (await Abf.RunAsync("backup")).ExitCode);
        string failed = await File.ReadAllTextAsync(MetricsFile, Token);
        Assert.Contains("\nabf_run_outcome{installation=\"acme\",outcome=\"failed\"} 1\n", failed);
        Assert.Matches("\nabf_set_timestamp_seconds\\{installation=\"acme\"\\} [1-9]", failed);

        File.Delete(MetricsFile);
        Directory.Move(Abf.Repository, Abf.Combine("elsewhere"));
        Assert.Equal(6, (await Abf.RunAsync("backup")).ExitCode);
        Assert.Contains(
            "\nabf_run_outcome{installation=\"acme\",outcome=\"failed\"} 1\n",
            await File.ReadAllTextAsync(MetricsFile, Token)
        );
    }

    [Fact]
    public async Task A_collector_gets_the_trace_and_one_that_is_gone_stops_nothing_nor_does_a_file_or_a_log_that_is_full()
    {
        using var collector = new HttpStandIn();
        Abf.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url;
        Abf.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        Abf.Environment["OTEL_EXPORTER_OTLP_HEADERS"] = "api-key=k3y-of-the-collector";

        AbfResult told = await Abf.RunAsync("backup", "--log-format", "json");
        AssertDone(told);
        Assert.All(told.Error.TrimEnd().Split('\n'), line => JsonDocument.Parse(line));
        string traces = string.Concat(collector.Seen.Where(seen => seen.Path == "/v1/traces").Select(s => s.Body));
        Assert.All(
            (string[])["HotBackupFlow", "phase files", "CommitSet", "AlfrescoBackupFlows", "abf.installation"],
            name => Assert.Contains(name, traces)
        );
        string metrics = string.Concat(collector.Seen.Where(seen => seen.Path == "/v1/metrics").Select(s => s.Body));
        Assert.All(
            (string[])["abf.set.age", "abf.runs", "abf.storage.requests", "abf.phase.duration"],
            name => Assert.Contains(name, metrics)
        );
        Assert.All(collector.Seen, seen => Assert.Equal("k3y-of-the-collector", seen.Headers["api-key"]));
        string log = await File.ReadAllTextAsync(Path.Combine(Abf.State, "abf.log"), Token);
        Assert.All(log.TrimEnd().Split('\n'), line => JsonDocument.Parse(line));
        Assert.DoesNotContain("k3y-of-the-collector", log + told.Error);

        collector.Dispose();
        Abf.Config["metrics"] = new JsonObject { ["file"] = Abf.Combine(Path.Combine("no-such", "abf.prom")) };
        AbfResult alone = await Abf.RunAsync("backup");
        AssertDone(alone);
        Assert.Contains("warning: telemetry could not be exported, and the work goes on without it: ", alone.Error);
        Assert.Contains("warning: metrics.file '", alone.Error);

        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/full is Linux's.");
        Abf.Environment["OTEL_SDK_DISABLED"] = "true";
        Abf.Config["metrics"] = new JsonObject { ["file"] = "/dev/full" };
        Abf.Prefix = ["sh", "-c", "exec \"$@\" 2>/dev/full", "sh"];
        AssertDone(await Abf.RunAsync("backup", "--log-format", "json"));
        AssertDone(await Abf.RunAsync("backup", "--log-format", "journal"));
        Assert.False(File.Exists("/dev/full") && new FileInfo("/dev/full").Length > 0);
    }

    /// <summary>As behind a firewall that drops what it gets: connected, and silent.</summary>
    [Fact]
    public async Task A_collector_that_never_answers_is_said_and_the_command_ends()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        Abf.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://{silent.LocalEndpoint}";
        Abf.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";

        AbfResult done = await Abf.RunAsync("verify");

        AssertDone(done);
        Assert.Contains("warning: telemetry could not be exported, and the work goes on without it: ", done.Error);
    }

    [Fact]
    public async Task Metrics_of_a_server_open_to_the_key_of_the_API_and_to_one_that_opens_nothing_else()
    {
        const string ScrapeKey = "fedcba9876543210-scrape";
        ServedApi.Configure(Abf);
        Abf.Section("serve")["metricsKeyFile"] = Abf.WriteSecret("scrape-key", ScrapeKey + "\n");
        using ServedApi api = await ServedApi.StartAsync(Abf);
        using var scraper = new HttpClient { BaseAddress = api.Client.BaseAddress };

        Assert.Equal(HttpStatusCode.Unauthorized, (await scraper.GetAsync("/metrics", Token)).StatusCode);
        scraper.DefaultRequestHeaders.Authorization = new("Bearer", ScrapeKey);
        Assert.Equal(HttpStatusCode.Unauthorized, (await scraper.GetAsync("/api/sets", Token)).StatusCode);
        HttpResponseMessage answer = await scraper.GetAsync("/metrics", Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", $"{answer.Content.Headers.ContentType}");
        string text = await answer.Content.ReadAsStringAsync(Token);
        Assert.Matches("\nabf_set_age_seconds\\{installation=\"acme\"\\} [0-9]", text);
        Assert.DoesNotContain(Abf.DirectoryPath, text);
        Assert.Equal(HttpStatusCode.OK, (await api.Client.GetAsync("/metrics", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await api.Client.GetAsync("/metrics/x", Token)).StatusCode);
        Assert.Equal(0, await api.EndAsync("TERM"));
    }

    private static Dictionary<string, HashSet<string>> LabelsOf(string text)
    {
        var labels = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (Match line in SampleLine().Matches(text))
        {
            string name = line.Groups["name"].Value;
            if (!labels.TryGetValue(name, out HashSet<string>? own))
            {
                labels.Add(name, own = []);
            }

            own.UnionWith(line.Groups["label"].Captures.Select(label => label.Value));
        }

        return labels;
    }

    [GeneratedRegex(
        """^(?<name>\w+)\{(?:(?<label>\w+)="[^"]*",?)*\} """,
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex SampleLine();
}

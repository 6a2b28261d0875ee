using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AlfrescoBackupFlows.Api.Tests.Rig;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.RequiredFiles;
using AlfrescoBackupFlows.Repository.Verification;
using AlfrescoBackupFlows.Storage.Decorators;
using AlfrescoBackupFlows.Testing.Stores;
using Microsoft.Extensions.Time.Testing;

namespace AlfrescoBackupFlows.Api.Tests;

/// <summary>A document is found over all sets, and comes back whole or not at all.</summary>
public sealed class DocumentRoutesTests
{
    private const string Day1 = "2026-11-20T08:00:00Z";

    /// <summary>Two chunks, each in a pack of its own.</summary>
    private const int LargeBytes = 17 << 20;

    private const string Day2 = "2026-11-21T08:00:00Z";

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_document_is_found_by_every_name_it_has_with_the_sets_that_have_each_of_its_states()
    {
        await using ApiRig api = await ApiRig.StartAsync();
        string[] sets =
        [
            await api.CommitAsync(Report("first", Day1, "1.0"), 1),
            await api.CommitAsync(Report("first", Day1, "1.0"), 2),
            await api.CommitAsync(Report("second", Day2, "1.1"), 3),
        ];
        string[] patterns =
        [
            "REPO",
            "report*.pdf",
            "Sites/finance/report.pdf",
            "Sites/*/report.pdf",
            StoredSet.NodeRef(10),
            StoredSet.Uuid(10),
        ];
        foreach (string pattern in patterns)
        {
            JsonElement found = (await api.GetAsync($"/api/find?for={Uri.EscapeDataString(pattern)}")).Json;
            JsonElement[] states = [.. found.GetProperty("documents").EnumerateArray()];
            Assert.Equal(["1.1", "1.0"], states.Select(state => state.GetProperty("version").GetString()));
            Assert.Equal([sets[2]], SetsOf(states[0]));
            Assert.Equal([sets[1], sets[0]], SetsOf(states[1]));
            Assert.Equal("Sites/finance/report.pdf", states[0].GetProperty("path").GetString());
            Assert.Equal("2026-11-20T08:00:00Z", states[1].GetProperty("modified").GetString());
            Assert.Equal(JsonValueKind.Null, found.GetProperty("stopped").ValueKind);
        }

        JsonElement byUrl = (await api.GetAsync("/api/find?for=store://2026/second.bin")).Json;
        Assert.Equal([sets[2]], SetsOf(Assert.Single(byUrl.GetProperty("documents").EnumerateArray())));
        JsonElement inOne = (await api.GetAsync($"/api/find?for=report&sets={sets[1]}")).Json;
        Assert.Equal([sets[1]], SetsOf(Assert.Single(inOne.GetProperty("documents").EnumerateArray())));
        JsonElement limited = (await api.GetAsync("/api/find?for=report&limit=1")).Json;
        Assert.Equal((1, "limit"), (limited.GetProperty("documents").GetArrayLength(), Stopped(limited)));
        Assert.Contains(api.Log.Lines, line => line == "Search for 'REPO' from 127.0.0.1: 2 found");
    }

    [Fact]
    public async Task What_does_not_fit_is_refused()
    {
        await using ApiRig api = await ApiRig.StartAsync();
        (string Path, int Status)[] cases =
        [
            ("/api/find", 400),
            ("/api/find?for=", 400),
            ("/api/find?for=a&for=b", 400),
            ("/api/find?for=a&limit=0", 400),
            ("/api/find?for=a&limit=1001", 400),
            ("/api/find?for=a&limit=-1", 400),
            ("/api/find?for=a&sets=20261122T201501Z-00000009", 404),
            ("/api/find?for=a&sets=..%2f..%2fetc", 404),
            ("/api/sets/latest/report?kind=all", 400),
            ("/api/sets/latest/report?from=99999999999", 400),
            ("/api/sets/..%2f..%2fetc/report", 404),
        ];
        foreach ((string path, int status) in cases)
        {
            (await api.GetAsync(path)).AssertProblem(status, status == 404 ? "not-found" : "invalid-request");
        }
    }

    [Fact]
    public async Task A_pattern_that_is_too_long_is_refused_and_one_that_matches_everything_costs_no_more_than_it_may()
    {
        await using ApiRig api = await ApiRig.StartAsync();
        await api.CommitAsync(Report("first", Day1, "1.0"));
        string stars = string.Concat(Enumerable.Repeat("*a", 400)) + "*";

        (await api.GetAsync($"/api/find?for={new string('a', 1001)}")).AssertProblem(400, "invalid-request");
        Assert.Empty(Documents(await api.GetAsync($"/api/find?for={stars}")));
        Assert.Equal(2, Documents(await api.GetAsync("/api/find?for=*")).Length);
    }

    [Fact]
    public async Task What_is_damaged_in_one_set_hides_no_document_of_another()
    {
        await using ApiRig api = await ApiRig.StartAsync();
        string first = await api.CommitAsync(Report("first", Day1, "1.0"));
        string[] sound = Packs(api);
        await api.CommitAsync(Report("second", Day2, "1.1"), 2);
        foreach (string pack in Packs(api).Except(sound))
        {
            Flip(pack);
        }

        JsonElement found = (await api.GetAsync("/api/find?for=report")).Json;

        Assert.Equal([first], SetsOf(Assert.Single(found.GetProperty("documents").EnumerateArray())));
        Assert.Equal(
            (1, 1),
            (found.GetProperty("searched").GetInt32(), found.GetProperty("withoutCatalogue").GetInt32())
        );
    }

    [Fact]
    public async Task Names_without_an_end_do_not_make_an_answer_without_one()
    {
        await using ApiRig api = await ApiRig.StartAsync();
        var stored = new StoredSet();
        for (int i = 0; i < 80; i++)
        {
            stored.Document(100 + i, $"{i}{new string('x', 60_000)}", $"{i}.bin", (byte[]?)null, Day1);
        }

        await api.CommitAsync(stored);

        JsonElement found = (await api.GetAsync("/api/find?for=xx")).Json;
        Assert.Equal("limit", Stopped(found));
        Assert.InRange(found.GetProperty("documents").GetArrayLength(), 30, 40);
    }

    [Fact]
    public async Task Content_urls_without_an_end_do_not_either()
    {
        await using ApiRig api = await ApiRig.StartAsync();
        var stored = new StoredSet();
        for (int i = 0; i < 80; i++)
        {
            stored.Document(100 + i, $"{i}.txt", $"{i}{new string('x', 60_000)}", (byte[]?)null, Day1);
        }

        await api.CommitAsync(stored);

        JsonElement found = (await api.GetAsync("/api/find?for=txt")).Json;
        Assert.Equal("limit", Stopped(found));
        Assert.InRange(found.GetProperty("documents").GetArrayLength(), 60, 70);
    }

    /// <summary>The store does not answer: the search ends by its time, and by its browser.</summary>
    [Fact]
    public async Task A_search_ends_when_its_time_is_over_and_when_nobody_waits_for_it()
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2026-11-22T21:00:00Z", null));
        bool isStuck = false;
        SemaphoreSlim reached = new(0);
        SemaphoreSlim ended = new(0);
        await using ApiRig api = await ApiRig.StartAsync(rig =>
        {
            rig.Time = time;
            rig.Wrap = store => new VisitedBlobStore(store, new RequestNumbers(), StickAsync);
        });
        await api.CommitAsync(Report("first", Day1, "1.0"));
        Assert.Single(Documents(await api.GetAsync("/api/find?for=report")));
        await api.CommitAsync(Report("second", Day2, "1.1"), 2);
        isStuck = true;

        Task<ApiAnswer> late = api.GetAsync("/api/find?for=report");
        await reached.WaitAsync(_token);
        time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal("time", Stopped((await late).Json));
        await ended.WaitAsync(_token);

        using var left = new CancellationTokenSource();
        Task<HttpResponseMessage> gone = api.Client.GetAsync("/api/find?for=report", left.Token);
        await reached.WaitAsync(_token);
        await left.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        await ended.WaitAsync(_token);

        async Task StickAsync(BlobCall call, bool isServed, CancellationToken stop)
        {
            if (isStuck && !isServed && call.Verb == BlobVerb.Read)
            {
                reached.Release();
                try
                {
                    await Task.Delay(Timeout.Infinite, stop);
                }
                finally
                {
                    ended.Release();
                }
            }
        }
    }

    /// <summary>The store does not answer, and the search that waits for it takes all of the time of another one.</summary>
    [Fact]
    public async Task A_second_search_is_refused_where_the_first_does_not_end()
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2026-11-22T21:00:00Z", null));
        TaskCompletionSource goOn = new();
        SemaphoreSlim reached = new(0);
        bool isStuck = false;
        await using ApiRig api = await ApiRig.StartAsync(rig =>
        {
            rig.Time = time;
            rig.Wrap = store => new VisitedBlobStore(store, new RequestNumbers(), StickAsync);
        });
        string set = await api.CommitAsync(Report("first", Day1, "1.0"));
        Assert.Single(Documents(await api.GetAsync("/api/find?for=report")));
        await api.CommitAsync(Report("second", Day2, "1.1"), 2);
        isStuck = true;
        Task<ApiAnswer> first = api.GetAsync("/api/find?for=report");
        await reached.WaitAsync(_token);
        isStuck = false;

        foreach (string path in (string[])["/api/find?for=report", $"/api/sets/{set}/versions?item=report.pdf"])
        {
            Task<ApiAnswer> second = api.GetAsync(path);
            while (!second.IsCompleted)
            {
                time.Advance(TimeSpan.FromSeconds(31));
                await Task.Yield();
            }

            (await second).AssertProblem(429, "too-many-requests");
        }

        goOn.SetResult();
        Assert.Equal("time", Stopped((await first).Json));
        Assert.Equal(2, Documents(await api.GetAsync("/api/find?for=report")).Length);

        async Task StickAsync(BlobCall call, bool isServed, CancellationToken stop)
        {
            if (isStuck && !isServed && call.Verb == BlobVerb.Read)
            {
                reached.Release();
                await goOn.Task.WaitAsync(_token);
                stop.ThrowIfCancellationRequested();
            }
        }
    }

    [Fact]
    public async Task The_versions_of_a_document_are_listed_by_every_name_it_has_and_each_comes_back()
    {
        await using ApiRig api = await ApiRig.StartAsync(rig => rig.Options.Serve.Documents = true);
        string set = await api.CommitAsync(
            Report("latest", Day2, "1.11")
                .Version(30, 10, "old name.pdf", "v1.bin", "one", Day1, "1.9")
                .Version(31, 10, "report.pdf", "v2.bin", "two", Day1, "1.10")
                .Version(32, 20, "other.txt", "v3.bin", "another document's", Day1, "1.0")
        );
        string[] items = ["report.pdf", "Sites/finance/report.pdf", StoredSet.NodeRef(10), StoredSet.VersionRef(31)];
        foreach (string item in items)
        {
            JsonElement[] versions = [.. (await api.GetAsync(Versions(set, item))).Json.EnumerateArray()];

            Assert.Equal(
                [
                    ("1.11", "report.pdf", StoredSet.NodeRef(10), Day2),
                    ("1.10", "report.pdf", StoredSet.VersionRef(31), Day1),
                    ("1.9", "old name.pdf", StoredSet.VersionRef(30), Day1),
                ],
                versions.Select(v => (Text(v, "version"), Text(v, "name"), Text(v, "nodeRef"), Text(v, "modified")))
            );
            Assert.All(
                versions,
                v => Assert.Equal((set, "Sites/finance/report.pdf"), (Text(v, "set"), Text(v, "path")))
            );
        }

        Assert.Equal("one", (await api.GetAsync(Content(set, StoredSet.VersionRef(30)))).Body);
        Assert.Contains($"Versions of 'report.pdf' in set {set} from 127.0.0.1: 3 found", api.Log.Lines);
        (await api.GetAsync(Versions(set, "nothing"))).AssertProblem(404, "not-found");
        (await api.GetAsync(Versions(set, "Sites/finance"))).AssertProblem(404, "not-found");
        (await api.GetAsync($"/api/sets/{set}/versions")).AssertProblem(400, "invalid-request");
        (await api.GetAsync(Versions("20200101T000000Z-00000000", "x"))).AssertProblem(404, "not-found");

        static string? Text(JsonElement version, string member) => version.GetProperty(member).GetString();
    }

    /// <summary>A document may have any number of versions, and names of any length: each row has its path, too.</summary>
    [Theory]
    [InlineData(1002, 10, BackupApi.MaxVersions)]
    [InlineData(100, 60_000, 67)]
    public async Task Of_many_versions_or_of_long_names_the_newest_are_listed(int versions, int length, int listed)
    {
        await using ApiRig api = await ApiRig.StartAsync();
        StoredSet report = Report("latest", Day2, "2.0");
        for (int i = 0; i < versions; i++)
        {
            report.Version(100 + i, 10, new string('n', length), "v.bin", "old", Day1, $"1.{i}");
        }

        string set = await api.CommitAsync(report);

        string?[] labels =
        [
            .. (await api.GetAsync(Versions(set, "report.pdf")))
                .Json.EnumerateArray()
                .Select(v => v.GetProperty("version").GetString()),
        ];

        Assert.Equal(listed, labels.Length);
        Assert.Equal(["2.0", $"1.{versions - 1}", $"1.{versions - 2}"], labels[..3]);
    }

    [Fact]
    public async Task No_document_is_given_out_unless_the_configuration_says_so()
    {
        await using ApiRig api = await ApiRig.StartAsync();
        string set = await api.CommitAsync(Report("first", Day1, "1.0"));

        (await api.GetAsync($"/api/sets/{set}/content?item=report.pdf")).AssertProblem(403, "not-configured");
        Assert.DoesNotContain(api.Log.Lines, line => line.StartsWith("Document", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_document_comes_as_a_file_to_keep_and_the_log_says_to_whom()
    {
        await using ApiRig api = await ApiRig.StartAsync(rig => rig.Options.Serve.Documents = true);
        string set = await api.CommitAsync(
            Report("first", Day1, "1.0").Document(11, "a\"b\r\nX: y/..\\\u202Efdp.<b>ü.exe", "odd.bin", "odd", Day1)
        );

        foreach (string item in (string[])["report.pdf", "Sites/finance/report.pdf", StoredSet.NodeRef(10)])
        {
            using HttpResponseMessage plain = await api.Client.GetAsync(Content(set, item), _token);
            Assert.Equal("first", await plain.Content.ReadAsStringAsync(_token));
            Assert.Equal(5, plain.Content.Headers.ContentLength);
            Assert.Equal("application/octet-stream", plain.Content.Headers.ContentType!.ToString());
            Assert.Equal("attachment", plain.Content.Headers.ContentDisposition!.DispositionType);
            Assert.Equal("report.pdf", plain.Content.Headers.ContentDisposition.FileNameStar);
            Assert.Equal("nosniff", plain.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("no-store", plain.Headers.CacheControl!.ToString());
            Assert.StartsWith(
                "default-src 'none'; sandbox",
                plain.Headers.GetValues("Content-Security-Policy").Single()
            );
        }

        using HttpResponseMessage odd = await api.Client.GetAsync(Content(set, "store://2026/odd.bin"), _token);
        Assert.Equal("a_b__X_ y_..__fdp._b_ü.exe", odd.Content.Headers.ContentDisposition!.FileNameStar);
        Assert.Equal(
            $"Document given out to 127.0.0.1: 5 bytes of {StoredSet.NodeRef(10)}, store://2026/first.bin, from set {set}",
            api.Log.Lines.First(line => line.StartsWith("Document", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task What_the_set_does_not_have_is_not_found()
    {
        await using ApiRig api = await ApiRig.StartAsync(rig => rig.Options.Serve.Documents = true);
        string set = await api.CommitAsync(
            Report("first", Day1, "1.0")
                .Document(11, "lost.txt", "lost.bin", (byte[]?)null, Day1)
                .Document(12, "twice.txt", "one.bin", "one", Day1)
                .Document(13, "Twice.txt", "two.bin", "two", Day1)
        );
        string[] items =
        [
            "nothing.txt",
            "lost.txt",
            "TWICE.txt",
            "Sites",
            "../../../etc/passwd",
            "store://../../etc/passwd",
            "store://2026/../../../etc/passwd",
            "file:///etc/passwd",
            "\0",
        ];
        foreach (string item in items)
        {
            ApiAnswer answer = await api.GetAsync(Content(set, item));
            answer.AssertProblem(404, "not-found");
            Assert.DoesNotContain(api.Directory, answer.Body, StringComparison.Ordinal);
        }

        Assert.Contains("2 documents", (await api.GetAsync(Content(set, "TWICE.txt"))).Text("detail"), default);
        (await api.GetAsync(Content("20261122T201501Z-00000009", "report.pdf"))).AssertProblem(404, "not-found");
        (await api.GetAsync($"/api/sets/{set}/content")).AssertProblem(400, "invalid-request");
        (await api.GetAsync(Content(set, new string('a', 2001)))).AssertProblem(400, "invalid-request");
    }

    [Fact]
    public async Task A_damaged_document_never_looks_like_a_whole_one()
    {
        await using ApiRig api = await ApiRig.StartAsync(rig => rig.Options.Serve.Documents = true);
        byte[] bytes = RandomNumberGenerator.GetBytes(LargeBytes);
        string set = await api.CommitAsync(new StoredSet().Document(10, "big.bin", "big.bin", bytes, Day1));
        Assert.Equal(bytes, await api.Client.GetByteArrayAsync(Content(set, "big.bin"), _token));
        string[] packs = Packs(api);
        Flip(packs[1]);

        using HttpResponseMessage begun = await api.Client.GetAsync(
            Content(set, "big.bin"),
            HttpCompletionOption.ResponseHeadersRead,
            _token
        );
        Assert.Equal((HttpStatusCode.OK, LargeBytes), (begun.StatusCode, begun.Content.Headers.ContentLength));
        await Assert.ThrowsAnyAsync<Exception>(() => begun.Content.ReadAsByteArrayAsync(_token));
        Assert.Contains(api.Log.Lines, line => line.StartsWith("Document cut off for 127.0.0.1", default));

        // Damaged from its first byte on, it is no document at all.
        Flip(packs[0]);
        (await api.GetAsync(Content(set, "big.bin"))).AssertProblem(500, "repository");
    }

    /// <summary>It was quick at first, so that its average stays good for hours.</summary>
    [Fact]
    public async Task Who_stops_reading_a_document_is_cut_off_and_holds_no_place_any_more()
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2026-11-22T21:00:00Z", null));
        await using ApiRig api = await ApiRig.StartAsync(rig =>
        {
            rig.Time = time;
            rig.Options.Serve.Documents = true;
        });
        byte[] bytes = RandomNumberGenerator.GetBytes(LargeBytes);
        string set = await api.CommitAsync(new StoredSet().Document(10, "big.bin", "big.bin", bytes, Day1));
        List<HttpResponseMessage> stopped = [];
        for (int i = 0; i < ApiLimits.DownloadsAtOnce; i++)
        {
            stopped.Add(
                await api.Client.GetAsync(Content(set, "big.bin"), HttpCompletionOption.ResponseHeadersRead, _token)
            );
            await (await stopped[^1].Content.ReadAsStreamAsync(_token)).ReadExactlyAsync(new byte[1 << 20], _token);
        }

        (await api.GetAsync(Content(set, "big.bin"))).AssertProblem(429, "too-many-requests");
        while (api.Log.Lines.Count(line => line.StartsWith("Document cut off", default)) < stopped.Count)
        {
            time.Advance(TimeSpan.FromSeconds(257));
            await Task.Delay(50, _token);
        }

        Assert.Contains(api.Log.Lines, line => line.EndsWith("the client took nothing for 256 seconds", default));
        foreach (HttpResponseMessage response in stopped)
        {
            await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsByteArrayAsync(_token));
            response.Dispose();
        }

        Assert.Equal(bytes, await api.Client.GetByteArrayAsync(Content(set, "big.bin"), _token));
    }

    /// <summary>As previews have it, one for each document.</summary>
    [Fact]
    public async Task Of_a_name_that_many_documents_have_no_more_than_their_number_is_told()
    {
        await using ApiRig api = await ApiRig.StartAsync(rig => rig.Options.Serve.Documents = true);
        var stored = new StoredSet();
        for (int i = 0; i < 1200; i++)
        {
            stored.Document(100 + i, i % 2 == 0 ? "doclib" : "Doclib", $"{i}.bin", (byte[]?)null, Day1);
        }

        string set = await api.CommitAsync(stored);

        Assert.StartsWith("600 documents", (await api.GetAsync(Content(set, "doclib"))).Text("detail"), default);
        Assert.StartsWith("1200 documents", (await api.GetAsync(Content(set, "DOCLIB"))).Text("detail"), default);
    }

    [Fact]
    public async Task A_fault_of_the_hosts_own_files_is_no_document_that_is_not_there_and_shows_no_path()
    {
        bool isBroken = false;
        await using ApiRig api = await ApiRig.StartAsync(rig =>
        {
            rig.Options.Serve.Documents = true;
            rig.Wrap = store => new VisitedBlobStore(store, new RequestNumbers(), BreakAsync);
        });
        string set = await api.CommitAsync(Report("first", Day1, "1.0"));
        isBroken = true;

        ApiAnswer answer = await api.GetAsync(Content(set, "report.pdf"));

        answer.AssertProblem(500, "configuration");
        Assert.DoesNotContain("/var/lib", answer.Body, default);

        Task BreakAsync(BlobCall call, bool isServed, CancellationToken stop) =>
            isBroken && call.Name.StartsWith("packs/", StringComparison.Ordinal)
                ? throw new PermanentException(
                    ErrorKind.Configuration,
                    "state: the local files in '/var/lib/abf/cache' cannot be read",
                    new IOException("it became shorter")
                )
                : Task.CompletedTask;
    }

    [Fact]
    public async Task Who_asks_for_too_many_documents_waits()
    {
        await using ApiRig api = await ApiRig.StartAsync(rig => rig.Options.Serve.Documents = true);
        string set = await api.CommitAsync(Report("first", Day1, "1.0"));
        for (int i = 0; i < ApiLimits.DownloadsPerAddress; i++)
        {
            (await api.GetAsync(Content(set, "nothing"))).AssertProblem(404, "not-found");
        }

        (await api.GetAsync(Content(set, "report.pdf"))).AssertProblem(429, "too-many-requests");
    }

    [Fact]
    public async Task A_host_that_can_only_write_finds_documents_and_gives_none_out()
    {
        string set = string.Empty;
        await using ApiRig api = await ApiRig.StartAsync(rig =>
        {
            rig.Options.Serve.Documents = true;
            rig.Options.Repository.Encryption = "passphrase";
            rig.KeyFile = async repository =>
            {
                set = (
                    await Report("first", Day1, "1.0")
                        .CommitAsync(repository, "acme", RunId.Parse("20261122T201501Z-00000001"))
                ).ToString();
                return new Secret(
                    Encoding.UTF8.GetString((await repository.KeyGenerations.ExportWriteOnlyAsync([])).Text!)
                );
            };
        });

        Assert.Single(Documents(await api.GetAsync("/api/find?for=report")));
        (await api.GetAsync(Content(set, "report.pdf"))).AssertProblem(403, "not-configured");
    }

    [Fact]
    public async Task The_report_of_a_set_names_the_documents_of_each_finding_some_at_a_time()
    {
        await using ApiRig api = await ApiRig.StartAsync();
        var stored = new StoredSet { Unprotected = ImmutableSortedDictionary<string, long>.Empty.Add("s3", 3) };
        for (int i = 0; i < 120; i++)
        {
            stored
                .Document(100 + i, $"doc {i:000}.txt", $"f{i:000}.bin", (byte[]?)null, Day1)
                .Finding(
                    $"f{i:000}.bin",
                    i == 0 ? FindingReasons.WrongSize : FindingReasons.Missing,
                    i % 2 == 0 ? LiveFile.Missing : LiveFile.Present,
                    captured: i == 0 ? 3 : null
                );
        }

        stored.Finding("kept.bin", FindingReasons.SourceMissing, LiveFile.Missing);
        string set = await api.CommitAsync(stored);

        JsonElement first = (await api.GetAsync($"/api/sets/{set}/report")).Json;
        JsonElement last = (await api.GetAsync($"/api/sets/{set}/report?from=100")).Json;
        JsonElement kept = (await api.GetAsync($"/api/sets/{set}/report?kind=carried-over")).Json;

        JsonElement report = first.GetProperty("report");
        Assert.Equal(3, report.GetProperty("unprotected").GetProperty("s3").GetInt64());
        Assert.Equal(
            (120, 60, 60, 1),
            (
                report.GetProperty("counts").GetProperty("missing").GetInt32(),
                report.GetProperty("counts").GetProperty("alreadyMissing").GetInt32(),
                report.GetProperty("counts").GetProperty("missed").GetInt32(),
                report.GetProperty("counts").GetProperty("carriedOver").GetInt32()
            )
        );
        JsonElement file = first.GetProperty("files")[0];
        Assert.Equal(
            ("wrong-size", 3),
            (file.GetProperty("reason").GetString(), file.GetProperty("captured").GetInt32())
        );
        Assert.Equal("Sites/finance/doc 000.txt", file.GetProperty("nodes")[0].GetProperty("path").GetString());
        Assert.Equal((50, 50), (first.GetProperty("files").GetArrayLength(), first.GetProperty("next").GetInt32()));
        Assert.Equal(
            (20, JsonValueKind.Null),
            (last.GetProperty("files").GetArrayLength(), last.GetProperty("next").ValueKind)
        );
        Assert.Equal(
            StoredSet.NodeRef(219),
            last.GetProperty("files")[19].GetProperty("nodes")[0].GetProperty("nodeRef").GetString()
        );
        Assert.Equal(
            "source-missing",
            Assert.Single(kept.GetProperty("files").EnumerateArray()).GetProperty("reason").GetString()
        );
        Assert.DoesNotContain("/srv/contentstore", first.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_verification_found_names_the_documents_and_no_path_of_the_host()
    {
        await using ApiRig api = await ApiRig.StartAsync();
        string set = await api.CommitAsync(Report("first", Day1, "1.0"));
        Assert.Equal(JsonValueKind.Null, await VerificationAsync());
        await api.PostAsync($"/api/sets/{set}/verify", """{"depth":"data"}""");
        var damaged = new Finding(FindingSeverity.Error, RunId.Parse(set), $"in {api.Directory}/x a frame is damaged")
        {
            Root = "contentstore",
            Path = "2026/first.bin",
            Blob = "packs/00/1",
        };
        VerifyReport report = VerifyReport.None with { Findings = [damaged], Errors = 1 };
        api.Flows.Complete(
            api.Flows.Single.Id,
            JsonSerializer.Serialize(new VerifyResult(1, report), VerifyJson.Default.VerifyResult)
        );

        JsonElement found = (await api.GetAsync($"/api/sets/{set}/report?kind=verification")).Json.GetProperty(
            "verification"
        );

        JsonElement finding = Assert.Single(found.GetProperty("findings").EnumerateArray());
        Assert.Equal("store://2026/first.bin", finding.GetProperty("url").GetString());
        Assert.Equal(StoredSet.NodeRef(10), finding.GetProperty("nodes")[0].GetProperty("nodeRef").GetString());
        Assert.Equal("in [path] a frame is damaged", finding.GetProperty("line").GetString());
        Assert.Equal(api.Flows.Single.Id, found.GetProperty("id").GetString());

        async Task<JsonValueKind> VerificationAsync() =>
            (await api.GetAsync($"/api/sets/{set}/report?kind=verification"))
                .Json.GetProperty("verification")
                .ValueKind;
    }

    private static StoredSet Report(string text, string modified, string label) =>
        new StoredSet()
            .Document(10, "report.pdf", $"{text}.bin", text, modified, label)
            .Document(20, "other.txt", "other.bin", "other", Day1);

    private static string Content(string set, string item) =>
        $"/api/sets/{set}/content?item={Uri.EscapeDataString(item)}";

    private static string Versions(string set, string item) =>
        $"/api/sets/{set}/versions?item={Uri.EscapeDataString(item)}";

    private static JsonElement[] Documents(ApiAnswer answer) =>
        [.. answer.Json.GetProperty("documents").EnumerateArray()];

    private static string? Stopped(JsonElement found) => found.GetProperty("stopped").GetString();

    private static string[] SetsOf(JsonElement state) =>
        [.. state.GetProperty("sets").EnumerateArray().Select(set => set.GetString()!)];

    /// <summary>The largest first.</summary>
    private static string[] Packs(ApiRig api) =>
        [
            .. Directory
                .EnumerateFiles(Path.Combine(api.Blobs, "packs"), "*", SearchOption.AllDirectories)
                .OrderByDescending(file => new FileInfo(file).Length),
        ];

    private static void Flip(string file)
    {
        using FileStream stream = File.Open(file, FileMode.Open);
        stream.Position = stream.Length / 2;
        int value = stream.ReadByte();
        stream.Position--;
        stream.WriteByte((byte)(value ^ 1));
    }
}

using System.Collections.Immutable;
using System.Net;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Api;
using AlfrescoBackupFlows.Api.Tests.Rig;
using AlfrescoBackupFlows.Flows.Verify.Records;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.RequiredFiles;
using AlfrescoBackupFlows.Repository.Verification;
using AlfrescoBackupFlows.Web.Calls;
using AlfrescoBackupFlows.Web.Tests.Rig;

namespace AlfrescoBackupFlows.Web.Tests;

/// <summary>Documents over all sets, what was found about them, and how one comes back through the page.</summary>
public sealed partial class DocumentPagesTests
{
    private const string Changed = "2026-11-18T10:00:00Z";

    private static readonly DateTimeOffset Night = DateTimeOffset.Parse("2026-11-20T03:00:00Z", null);

    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_document_is_found_with_its_states_and_sets_and_comes_back_where_the_configuration_says_so()
    {
        var log = new RecordedLog();
        await using PageRig rig = await PageRig.StartAsync(loggers: log);
        RunId first = await rig.CommitAsync(Night.AddDays(-1), Report("first", "1.0"));
        RunId second = await rig.CommitAsync(Night, Report("second", "1.1"));
        await rig.SignInAsync();

        PageReply off = await rig.GetAsync("/find?for=REPORT");
        string content = $"/sets/{first}/content?item={Uri.EscapeDataString(StoredSet.NodeRef(10))}";
        PageReply refused = await rig.GetAsync(content);

        Assert.Contains("1 document in 2 sets.", off.Body, StringComparison.Ordinal);
        Assert.Contains("Sites/finance/report.pdf", off.Body, StringComparison.Ordinal);
        Assert.Contains($">{first}</a>", off.Body, StringComparison.Ordinal);
        Assert.Contains($">{second}</a>", off.Body, StringComparison.Ordinal);
        Assert.Contains("<time datetime=\"2026-11-18T10:00:00Z\">", off.Body, StringComparison.Ordinal);
        Assert.Contains("<code>serve.documents</code>", off.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("/content?", off.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
        Assert.Contains("serve.documents", refused.Body, StringComparison.Ordinal);

        rig.Options.Serve.Documents = true;
        PageReply on = await rig.GetAsync("/find?for=report");
        Assert.Contains(PagePaths.Root + content, WebUtility.HtmlDecode(on.Body), StringComparison.Ordinal);
        using var ask = new HttpRequestMessage(HttpMethod.Head, PagePaths.Root + content);
        using HttpResponseMessage head = await rig.Browser.SendAsync(ask, _token);
        Assert.Equal(
            (5, 0),
            (head.Content.Headers.ContentLength, (await head.Content.ReadAsByteArrayAsync(_token)).Length)
        );
        Assert.DoesNotContain(log.Lines, line => line.StartsWith("Document given", StringComparison.Ordinal));

        PageReply document = await rig.GetAsync(content);
        Assert.Equal("first", document.Body);
        Assert.Equal("attachment", document.Raw.Content.Headers.ContentDisposition!.DispositionType);
        Assert.Equal("nosniff", document.Raw.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal(
            $"Document given out to 127.0.0.1: 5 bytes of {StoredSet.NodeRef(10)}, store://2026/first.bin, from set {first}",
            Assert.Single(log.Lines, line => line.StartsWith("Document", StringComparison.Ordinal))
        );
        Assert.Contains("Search for 'report' from 127.0.0.1: 2 found", log.Lines);
    }

    [Fact]
    public async Task The_versions_of_a_document_are_one_link_away_with_date_size_and_download()
    {
        await using PageRig rig = await PageRig.StartAsync();
        RunId set = await rig.CommitAsync(
            Night,
            Report("third", "1.2")
                .Version(30, 10, "report.pdf", "v1.bin", "one", "2026-11-16T10:00:00Z", "1.0")
                .Version(31, 10, "<b>.pdf", "v2.bin", "second", "2026-11-17T10:00:00Z", "1.1")
        );
        await rig.SignInAsync();
        string found = WebUtility.HtmlDecode((await rig.GetAsync("/find?for=report")).Body);
        string address = $"/sets/{set}/versions?item={Uri.EscapeDataString(StoredSet.NodeRef(10))}";
        Assert.Contains($"<a href=\"{PagePaths.Root}{address}\">", found, StringComparison.Ordinal);

        PageReply off = await rig.GetAsync(address);

        Assert.Contains("<title>Versions of report.pdf · abf</title>", off.Body, StringComparison.Ordinal);
        Assert.Equal(
            ["1.2 2026-11-18T10:00:00Z 5 B", "1.1 2026-11-17T10:00:00Z 6 B", "1.0 2026-11-16T10:00:00Z 3 B"],
            VersionRow()
                .Matches(off.Body)
                .Select(row => string.Join(' ', row.Groups["label"], row.Groups["time"], row.Groups["size"]))
        );
        Assert.Contains("&lt;b&gt;.pdf", off.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("/content?", off.Body, StringComparison.Ordinal);
        rig.Options.Serve.Documents = true;
        string on = WebUtility.HtmlDecode((await rig.GetAsync(address)).Body);
        string content = $"/sets/{set}/content?item={Uri.EscapeDataString(StoredSet.VersionRef(30))}";
        Assert.Contains(PagePaths.Root + content, on, StringComparison.Ordinal);
        Assert.Equal("one", (await rig.GetAsync(content)).Body);
        Assert.Equal(HttpStatusCode.NotFound, (await rig.GetAsync($"/sets/{set}/versions?item=nothing")).Status);
    }

    /// <summary>As Alfresco has it: the newest version has the document's content, and a reference that no search finds.</summary>
    [Fact]
    public async Task Versions_lead_to_the_document_in_all_sets()
    {
        await using PageRig rig = await PageRig.StartAsync();
        RunId set = await rig.CommitAsync(
            Night,
            Report("first", "1.0").Version(30, 10, "report.pdf", "first.bin", "first", "2026-11-16T10:00:00Z", "1.0")
        );
        await rig.SignInAsync();
        string asked = Uri.EscapeDataString(StoredSet.NodeRef(10));

        string page = WebUtility.HtmlDecode((await rig.GetAsync($"/sets/{set}/versions?item={asked}")).Body);

        Assert.Contains("<p>1 version in set", page, StringComparison.Ordinal);
        string all = $"/find?for={asked}&sets=all";
        Assert.Contains($"<a href=\"{PagePaths.Root}{all}\">Look in all sets</a>", page, StringComparison.Ordinal);
        Assert.Contains("<strong>report.pdf</strong>", (await rig.GetAsync(all)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_a_document_has_more_versions_than_are_listed_the_page_says_so()
    {
        await using PageRig rig = await PageRig.StartAsync();
        StoredSet report = Report("latest", "2.0");
        for (int i = 0; i <= BackupApi.MaxVersions; i++)
        {
            report.Version(100 + i, 10, "report.pdf", "v.bin", "old", "2026-11-16T10:00:00Z", $"1.{i}");
        }

        RunId set = await rig.CommitAsync(Night, report);
        await rig.SignInAsync();

        string page = (await rig.GetAsync($"/sets/{set}/versions?item=report.pdf")).Body;

        Assert.Contains("<p>The newest 1,000 versions; there may be more, in set", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_is_given_to_nobody_who_is_not_signed_in_and_to_no_other_site()
    {
        await using PageRig rig = await PageRig.StartAsync(r => r.Options.Serve.Documents = true);
        RunId set = await rig.CommitAsync(Night, Report("secret text", "1.0"));
        string content = $"/sets/{set}/content?item=report.pdf";
        string[] pages = [content, "/find?for=report", $"/sets/{set}/report", $"/sets/{set}/versions?item=report.pdf"];
        foreach (string page in pages)
        {
            PageReply stranger = await rig.GetAsync(page);
            Assert.Equal((HttpStatusCode.SeeOther, PagePaths.SignIn), (stranger.Status, stranger.Location));
            Assert.Empty(stranger.Body);
        }

        string cookie = (await rig.SignInAsync()).Cookies.Single(c => c.StartsWith("abf-session=", default)).Split(';')[
            0
        ];
        foreach (string site in (string[])["cross-site", "same-site"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, PagePaths.Root + content);
            request.Headers.Add("Sec-Fetch-Site", site);
            using HttpResponseMessage foreign = await rig.Browser.SendAsync(request, _token);
            Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
        }

        Assert.Equal("secret text", (await rig.GetAsync(content)).Body);
        await rig.PostAsync("/sign-out", PageRig.TokenOf(await rig.GetAsync("")));
        using HttpClient thief = rig.NewBrowser();
        thief.DefaultRequestHeaders.Add("Cookie", cookie);
        foreach (string page in pages)
        {
            Assert.Equal(HttpStatusCode.SeeOther, (await rig.GetAsync(page, thief)).Status);
        }
    }

    [Fact]
    public async Task Addresses_that_lead_elsewhere_lead_nowhere()
    {
        await using PageRig rig = await PageRig.StartAsync(r => r.Options.Serve.Documents = true);
        RunId set = await rig.CommitAsync(Night, Report("first", "1.0"));
        await rig.SignInAsync();
        (string Path, HttpStatusCode Status)[] cases =
        [
            ("/sets/..%2f..%2fetc%2fpasswd", HttpStatusCode.NotFound),
            ("/sets/..%2f..%2fetc%2fpasswd/content?item=x", HttpStatusCode.NotFound),
            ("/sets/%00/report", HttpStatusCode.BadRequest),
            ($"/sets/{set}/content?item=..%2f..%2f..%2fetc%2fpasswd", HttpStatusCode.NotFound),
            ($"/sets/{set}/content?item=store%3a%2f%2f2026%2f..%2f..%2fetc%2fpasswd", HttpStatusCode.NotFound),
            ($"/sets/{set}/content?item=report.pdf&item=other.txt", HttpStatusCode.BadRequest),
            ($"/sets/{set}/content", HttpStatusCode.BadRequest),
            ($"/sets/{set}/content/x?item=report.pdf", HttpStatusCode.NotFound),
            ($"/sets/{set}/report?kind=%3cscript%3e", HttpStatusCode.BadRequest),
            ($"/sets/{set}/report?from=-1", HttpStatusCode.BadRequest),
            ($"/find?for=report&sets=..%2f..%2f{set}", HttpStatusCode.NotFound),
            ($"/find?for={new string('*', 1001)}", HttpStatusCode.BadRequest),
            ("/find?for=%00%0d%0a%1b%5b2J", HttpStatusCode.OK),
            ($"/find?for={string.Concat(Enumerable.Repeat("*a", 400))}", HttpStatusCode.OK),
        ];
        foreach ((string path, HttpStatusCode status) in cases)
        {
            PageReply page = await rig.GetAsync(path);
            Assert.True(page.Status == status, $"{path}: {page.Status}");
            Assert.DoesNotContain("<script>", page.Body, StringComparison.Ordinal);
            Assert.DoesNotContain('\u001b', page.Body);
            Assert.DoesNotContain(rig.StateDirectory, page.Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Hostile_names_are_shown_as_text_and_never_without_an_end()
    {
        const string Hostile = "\"><script>alert(1)</script>\u202Egpj.exe\u0007\u2028";
        await using PageRig rig = await PageRig.StartAsync(r => r.Options.Serve.Documents = true);
        var stored = new StoredSet { Unprotected = Protocols("s3\"><img src=x>") };
        string endless = new('x', 10_000);
        stored
            .Document(10, Hostile, "a.bin", "a", Changed, Hostile)
            .Document(11, $"{Hostile}{endless}", "b.bin", (byte[]?)null, Changed)
            .Finding("b.bin", FindingReasons.Missing, LiveFile.Present);
        RunId set = await rig.CommitAsync(Night, stored);
        await rig.SignInAsync();

        foreach (string path in (string[])["/find?for=*", $"/sets/{set}", $"/sets/{set}/report", ""])
        {
            PageReply page = await rig.GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, page.Status);
            Assert.InRange(page.Body.Length, 1000, 20_000);
            Assert.DoesNotContain("<script>", page.Body, StringComparison.Ordinal);
            Assert.DoesNotContain("<img", page.Body, StringComparison.Ordinal);
            Assert.DoesNotContain(page.Body, c => c is '\u202E' or '\u0007' or '\u2028');
        }

        string found = (await rig.GetAsync("/find?for=*")).Body;
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;\\u202egpj.exe\\u0007\\u2028", found, default);
        Assert.Contains($" ... ({Hostile.Length + endless.Length:N0} characters)", found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_found_is_told_by_document_some_at_a_time_and_what_no_set_has_loudly()
    {
        await using PageRig rig = await PageRig.StartAsync();
        var stored = new StoredSet { Unprotected = Protocols("s3") };
        for (int i = 0; i < 60; i++)
        {
            stored
                .Document(100 + i, $"doc {i:00}.txt", $"f{i:00}.bin", (byte[]?)null, Changed)
                .Finding($"f{i:00}.bin", FindingReasons.Missing, i == 0 ? LiveFile.Present : LiveFile.Missing);
        }

        stored.Finding("kept.bin", FindingReasons.SourceMissing, LiveFile.Missing);
        RunId set = await rig.CommitAsync(Night, stored);
        await rig.SignInAsync();
        string token = PageRig.TokenOf(await rig.GetAsync(""));
        await rig.PostAsync($"/sets/{set}/verify", token, null, null, ("depth", "data"));
        var damaged = new Finding(FindingSeverity.Error, set, $"in {rig.StateDirectory}/x a frame is damaged")
        {
            Root = "contentstore",
            Path = "2026/f07.bin",
        };
        rig.Flows.Complete(rig.Flows.Single.Id, ResultOf(damaged));

        PageReply overview = await rig.GetAsync("");
        PageReply page = await rig.GetAsync($"/sets/{set}");
        PageReply all = await rig.GetAsync($"/sets/{set}/report");
        PageReply rest = await rig.GetAsync($"/sets/{set}/report?kind=missing&from=50");
        PageReply kept = await rig.GetAsync($"/sets/{set}/report?kind=carried-over");
        PageReply verified = await rig.GetAsync($"/sets/{set}/report?kind=verification");

        foreach (PageReply loud in (PageReply[])[overview, page, all])
        {
            Assert.Contains("NOT PROTECTED:</strong> 3 documents at s3://", loud.Body, StringComparison.Ordinal);
        }

        Assert.Contains("missed by the backup: the live system had it", page.Body, StringComparison.Ordinal);
        Assert.Contains("already missing in the live system", page.Body, StringComparison.Ordinal);
        Assert.Contains("kept.bin", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("doc 05.txt", page.Body, StringComparison.Ordinal);
        Assert.Contains("Sites/finance/doc 49.txt", all.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("doc 50.txt", all.Body, StringComparison.Ordinal);
        Assert.Contains("kind=missing&amp;from=50", all.Body, StringComparison.Ordinal);
        Assert.Contains("Sites/finance/doc 59.txt", rest.Body, StringComparison.Ordinal);
        Assert.Contains("the live system lost it; the set has it from the set before", kept.Body, default);
        Assert.Contains("Sites/finance/doc 07.txt", verified.Body, StringComparison.Ordinal);
        Assert.Contains("in [path] a frame is damaged", verified.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(rig.StateDirectory, verified.Body, StringComparison.Ordinal);
    }

    [GeneratedRegex(
        "<tr><th scope=\"row\">(?<label>[^<]*)</th>\\s*<td><time datetime=\"(?<time>[^\"]*)\">[^<]*</time></td>"
            + "\\s*<td>[^<]*</td>\\s*<td class=\"number\">(?<size>[^<]*)</td>",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex VersionRow();

    private static string ResultOf(Finding finding) =>
        System.Text.Json.JsonSerializer.Serialize(
            new VerifyResult(1, VerifyReport.None with { Findings = [finding], Errors = 1 }),
            VerifyJson.Default.VerifyResult
        );

    private static ImmutableSortedDictionary<string, long> Protocols(string name) =>
        ImmutableSortedDictionary<string, long>.Empty.Add(name, 3);

    private static StoredSet Report(string text, string label) =>
        new StoredSet()
            .Document(10, "report.pdf", $"{text}.bin", text, Changed, label)
            .Document(20, "other.txt", "other.bin", "other", Changed);
}

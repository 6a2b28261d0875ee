using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using AlfrescoBackupFlows.Flows;
using AlfrescoBackupFlows.Flows.Mirroring;
using AlfrescoBackupFlows.Flows.Mirroring.Records;
using AlfrescoBackupFlows.Flows.Retention;
using AlfrescoBackupFlows.Flows.Retention.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Web.Calls;
using AlfrescoBackupFlows.Web.Tests.Rig;

namespace AlfrescoBackupFlows.Web.Tests;

/// <summary>What the pages show and do, and that they hold nothing that a browser would take for more than text.</summary>
public sealed partial class PagesTests
{
    private const string Hostile = "\"><script>alert(1)</script><img src=x onerror=alert(2)> 'x' \u202e";

    private static readonly string[] Pages =
    [
        "",
        "/running",
        "/sets",
        "/sets/latest",
        "/sets/latest/report",
        "/find",
        "/find?for=x",
        "/history",
        "/retention",
    ];

    private static readonly DateTimeOffset Night = DateTimeOffset.Parse("2026-11-20T03:00:00Z");

    [Fact]
    public async Task Every_answer_lets_a_browser_do_nothing_that_is_not_needed()
    {
        await using PageRig rig = await PageRig.StartAsync();
        PageReply[] strangers =
        [
            await rig.GetAsync("/sign-in"),
            await rig.GetAsync("/style.css"),
            await rig.GetAsync("/script.js"),
            await rig.GetAsync("/icon.svg"),
            await rig.GetAsync(""),
            await rig.PostAsync("/backups", null, null, "cross-site"),
        ];
        await rig.SignInAsync();
        string token = PageRig.TokenOf(await rig.GetAsync(""));
        PageReply[] mine =
        [
            .. await Task.WhenAll(Pages.Append("/nothing").Select(page => rig.GetAsync(page))),
            await rig.PostAsync("/backups", "wrong"),
            await rig.PostAsync("/sets/none/verify", token),
        ];

        foreach (PageReply reply in (PageReply[])[.. strangers, .. mine])
        {
            string policy = reply.Raw.Headers.GetValues("Content-Security-Policy").Single();
            Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.Equal("no-store", reply.Raw.Headers.CacheControl!.ToString());
            Assert.Equal("nosniff", reply.Raw.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("DENY", reply.Raw.Headers.GetValues("X-Frame-Options").Single());
            Assert.Equal("no-referrer", reply.Raw.Headers.GetValues("Referrer-Policy").Single());
        }
    }

    [Fact]
    public async Task Text_from_elsewhere_stays_text_and_no_path_of_the_host_is_shown()
    {
        await using PageRig rig = await PageRig.StartAsync(r => r.Options.Installation.Name = "acme" + Hostile);
        await rig.CommitAsync(Night, $"{Hostile} see {rig.StateDirectory}/x", isConsistent: false);
        await rig.SignInAsync();
        string token = PageRig.TokenOf(await rig.GetAsync(""));
        await rig.PostAsync("/backups", token);
        rig.Flows.Fail(rig.Flows.Single.Id, ErrorKind.Source, $"{Hostile} of {rig.StateDirectory}/y");
        await rig.PostAsync("/backups", token);
        string running = RunningId(await rig.GetAsync("/running"));
        rig.Flows.SetStatus(running, Status(new FlowStatus(Hostile, Hostile, FilesDone: 1, FilesTotal: 2)));

        foreach (
            string path in (string[])[.. Pages, "/sets/%22%3E%3Cscript%3E", "/retention?keepLast=%22%3E%3Cscript%3E"]
        )
        {
            PageReply page = await rig.GetAsync(path);
            Assert.DoesNotContain("<img", page.Body, StringComparison.Ordinal);
            Assert.DoesNotContain("\u202e", page.Body, StringComparison.Ordinal);
            Assert.DoesNotContain(rig.StateDirectory, page.Body, StringComparison.Ordinal);
            Assert.DoesNotContain(PageRig.Key, page.Body, StringComparison.Ordinal);
            Assert.DoesNotMatch(ForeignScript(), page.Body);
            Assert.DoesNotMatch(InlineCode(), AttributeValue().Replace(page.Body, "\"\""));
        }

        Assert.Contains("onerror=alert(2)&gt;", (await rig.GetAsync("/sets/latest")).Body, StringComparison.Ordinal);
        Assert.Contains("onerror=alert(2)&gt;", (await rig.GetAsync("/history")).Body, StringComparison.Ordinal);
        Assert.Contains("onerror=alert(2)&gt;", (await rig.GetAsync("/running")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_that_is_not_of_this_session_does_nothing()
    {
        await using PageRig rig = await PageRig.StartAsync();
        using HttpClient other = rig.NewBrowser();
        await rig.SignInAsync();
        await rig.SignInAsync(browser: other);
        string own = PageRig.TokenOf(await rig.GetAsync(""));
        string others = PageRig.TokenOf(await rig.GetAsync("", other));

        Assert.Equal(HttpStatusCode.BadRequest, (await rig.PostAsync("/backups", null)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await rig.PostAsync("/backups", others)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await rig.PostAsync("/backups", own, null, "cross-site")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await rig.PostAsync("/backups", own, null, "same-site")).Status);
        using var json = new StringContent($$"""{"token":"{{own}}"}""");
        using HttpResponseMessage noForm = await rig.Browser.PostAsync(PagePaths.Root + "/backups", json);
        Assert.Equal(HttpStatusCode.BadRequest, noForm.StatusCode);
        PageReply large = await rig.PostAsync("/backups", own, null, null, ("x", new string('x', 5000)));
        Assert.Equal(HttpStatusCode.BadRequest, large.Status);
        Assert.Equal(HttpStatusCode.NotFound, (await rig.GetAsync("/backups")).Status);
        Assert.Equal(0, rig.Flows.Count);

        Assert.Equal(HttpStatusCode.SeeOther, (await rig.PostAsync("/backups", own, null, "same-origin")).Status);
        Assert.Equal(1, rig.Flows.Count);
    }

    [Fact]
    public async Task A_backup_is_started_shown_as_it_goes_on_and_cancelled()
    {
        await using PageRig rig = await PageRig.StartAsync();
        await rig.SignInAsync();
        string token = PageRig.TokenOf(await rig.GetAsync(""));
        Assert.Contains("Nothing runs.", (await rig.GetAsync("")).Body, StringComparison.Ordinal);

        await rig.PostAsync("/backups", token);

        PageReply page = await rig.GetAsync("");
        Assert.Contains("<meta http-equiv=\"refresh\"", page.Body, StringComparison.Ordinal);
        string id = RunningId(page);
        DateTimeOffset end = rig.Time.GetUtcNow() + new TimeSpan(0, 25, 30);
        rig.Flows.SetStatus(id, Status(new FlowStatus("files", null, 1500, 4000, 1 << 20, 4 << 20, 2048, end)));
        string running = (await rig.GetAsync("/running")).Body;
        Assert.Contains("<progress max=\"100\" value=\"25\"", running, StringComparison.Ordinal);
        Assert.Contains(
            "25 %, 1,500 files, 1.0 MiB of 4.0 MiB, 2.0 KiB/s, 25 min 30 s left",
            running,
            StringComparison.Ordinal
        );
        PageReply second = await rig.PostAsync("/backups", token);
        Assert.Equal(HttpStatusCode.Conflict, second.Status);

        PageReply cancelled = await rig.PostAsync($"/backups/{id}/cancel", token);

        Assert.Equal((HttpStatusCode.SeeOther, PagePaths.Root), (cancelled.Status, cancelled.Location));
        Assert.Equal(id, Assert.Single(rig.Flows.Events).Id);
        Assert.Equal(HttpStatusCode.NotFound, (await rig.PostAsync("/backups/none/cancel", token)).Status);
    }

    [Fact]
    public async Task The_overview_says_what_the_newest_set_is_worth_and_a_verification_of_it_is_started()
    {
        await using PageRig rig = await PageRig.StartAsync();
        await rig.CommitAsync(Night.AddDays(-1), isConsistent: false);
        await rig.CommitAsync(Night);
        await rig.SignInAsync();

        PageReply page = await rig.GetAsync("");

        foreach (
            string text in (string[])
                [">consistent</a>", "5 h 0 min", "index, database, files: in order", "in 3 h 0 min", ">never</li>"]
        )
        {
            Assert.Contains(text, page.Body, StringComparison.Ordinal);
        }

        await rig.PostAsync("/sets/latest/verify", PageRig.TokenOf(page), null, null, ("depth", "data"));
        Assert.Equal(1, rig.Flows.Count);
        Assert.Contains("Verification (data)", (await rig.GetAsync("/running")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sets_come_in_pages_and_rules_show_what_they_would_keep_and_forget_nothing()
    {
        await using PageRig rig = await PageRig.StartAsync(r => r.Options.Retention.KeepLast = 3);
        List<RunId> sets = [];
        for (int day = -21; day <= 0; day++)
        {
            sets.Add(await rig.CommitAsync(Night.AddDays(day)));
        }

        await rig.SignInAsync();

        Assert.Equal(20, LinksOf(await rig.GetAsync("/sets")).Length);
        Assert.Equal([sets[1].ToString(), sets[0].ToString()], LinksOf(await rig.GetAsync("/sets?page=2")));
        Assert.Contains("3 sets kept, 19 forgotten", (await rig.GetAsync("/retention")).Body, StringComparison.Ordinal);
        PageReply asked = await rig.GetAsync("/retention?keepDaily=14&keepLast=");
        Assert.Contains("14 sets kept, 8 forgotten", asked.Body, StringComparison.Ordinal);
        PageReply within = await rig.GetAsync("/retention?keepWithin=2.5");
        Assert.Contains("3 sets kept, 19 forgotten", within.Body, StringComparison.Ordinal);
        Assert.Contains("name=\"keepWithin\" type=\"number\" min=\"0\"", within.Body, StringComparison.Ordinal);
        Assert.Contains("value=\"2.5\"", within.Body, StringComparison.Ordinal);
        rig.Options.Retention.KeepLast = null;
        rig.Options.Retention.KeepWithin = TimeSpan.FromHours(36);
        PageReply configured = await rig.GetAsync("/retention");
        Assert.Contains("2 sets kept, 20 forgotten", configured.Body, StringComparison.Ordinal);
        Assert.Contains("value=\"1.5\"", configured.Body, StringComparison.Ordinal);
        foreach (string odd in (string[])["NaN", "-1", "1e99", "99999999999999999999999999999999", "%00"])
        {
            Assert.Equal(HttpStatusCode.OK, (await rig.GetAsync($"/retention?keepWithin={odd}")).Status);
        }

        Assert.Contains(
            "every set is kept",
            (await rig.GetAsync("/retention?keepDaily=x")).Body,
            StringComparison.Ordinal
        );
        Assert.Equal(22, LinksOf(await rig.GetAsync("/retention")).Length);
        rig.Options.Schedule = "30 3 * * *";
        Assert.Contains(
            "<tr><th scope=\"row\">backup</th><td>30 3 * * *</td>",
            (await rig.GetAsync("/history")).Body,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "Time that each backup took: 22 values",
            (await rig.GetAsync("/history")).Body,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_drill_is_started_shown_without_a_path_and_cancelled()
    {
        await using PageRig rig = await PageRig.StartAsync(r => r.Options.Drill.Server = "postgresql://drill@db:5432");
        RunId set = await rig.CommitAsync(Night);
        await rig.SignInAsync();
        PageReply page = await rig.GetAsync("");
        Assert.Contains("Start a drill of the newest consistent set", page.Body, StringComparison.Ordinal);
        string token = PageRig.TokenOf(page);

        await rig.PostAsync("/drills", token);

        string id = RunningId(await rig.GetAsync("/running"));
        rig.Flows.SetStatus(id, Status(new FlowStatus("files", "/srv/scratch/x", 3, 4)));
        string running = (await rig.GetAsync("/running")).Body;
        Assert.Contains($"<h3>Drill of {set}</h3>", running, StringComparison.Ordinal);
        Assert.Contains("75 %, 3 files", running, StringComparison.Ordinal);
        Assert.DoesNotContain("/srv", running, StringComparison.Ordinal);
        Assert.Contains("Cancel this drill", running, StringComparison.Ordinal);

        PageReply cancelled = await rig.PostAsync($"/drills/{id}/cancel", token);

        Assert.Equal((HttpStatusCode.SeeOther, PagePaths.Root), (cancelled.Status, cancelled.Location));
        Assert.Equal(id, Assert.Single(rig.Flows.Events).Id);
    }

    [Fact]
    public async Task A_prune_and_a_mirror_that_go_on_are_shown_and_cancelled()
    {
        await using PageRig rig = await PageRig.StartAsync();
        await rig.SignInAsync();
        string prune = JsonSerializer.Serialize(new PruneInput(null, null, false), RetentionJson.Default.PruneInput);
        string mirror = JsonSerializer.Serialize(
            new MirrorTargetInput(1, "file:///srv/copy"),
            MirrorJson.Default.MirrorTargetInput
        );
        string[] ids = [InstanceIds.ForPrune(prune, Guid.NewGuid()), InstanceIds.ForMirror(mirror, Guid.NewGuid())];
        await rig.Flows.TryStartAsync(nameof(PruneFlow), prune, ids[0], default);
        await rig.Flows.TryStartAsync(nameof(MirrorTargetFlow), mirror, ids[1], default);

        PageReply page = await rig.GetAsync("");

        Assert.Contains("<h3>Prune</h3>", page.Body, StringComparison.Ordinal);
        Assert.Contains("<h3>Mirror to target 1</h3>", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("/srv", page.Body, StringComparison.Ordinal);
        await rig.PostAsync($"/prunes/{ids[0]}/cancel", PageRig.TokenOf(page));
        await rig.PostAsync($"/mirrors/{ids[1]}/cancel", PageRig.TokenOf(page));
        Assert.Equal(ids, rig.Flows.Events.Select(e => e.Id));
    }

    [Fact]
    public async Task Where_no_drill_is_set_up_none_is_offered_nor_started()
    {
        await using PageRig rig = await PageRig.StartAsync();
        await rig.CommitAsync(Night);
        await rig.SignInAsync();
        PageReply page = await rig.GetAsync("");

        Assert.DoesNotContain("drill of", page.Body, StringComparison.Ordinal);
        PageReply refused = await rig.PostAsync("/drills", PageRig.TokenOf(page));
        Assert.Contains("drill.server is not set", refused.Body, StringComparison.Ordinal);
        Assert.Equal(0, rig.Flows.Count);
    }

    [Fact]
    public async Task Other_methods_are_refused()
    {
        await using PageRig rig = await PageRig.StartAsync();
        await rig.SignInAsync();

        using HttpResponseMessage put = await rig.Browser.PutAsync(PagePaths.Root, null);
        using HttpResponseMessage head = await rig.Browser.SendAsync(
            new HttpRequestMessage(HttpMethod.Head, PagePaths.Root)
        );

        Assert.Equal((HttpStatusCode.MethodNotAllowed, HttpStatusCode.OK), (put.StatusCode, head.StatusCode));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    private static string[] LinksOf(PageReply page) =>
        [.. SetLink().Matches(page.Body).Select(match => match.Groups["id"].Value)];

    private static string RunningId(PageReply page) => Ids().Match(page.Body).Groups["id"].Value;

    private static string Status(FlowStatus status) => JsonSerializer.Serialize(status, RuntimeJson.Default.FlowStatus);

    /// <summary>What a policy without exceptions would not run: it must not be there in the first place.</summary>
    [GeneratedRegex(
        "<style|<[^>]*\\s(style|on[a-z]+)=",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex InlineCode();

    [GeneratedRegex(
        "<script(?! src=\"/api/page/script.js\" defer></script>)",
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex ForeignScript();

    [GeneratedRegex("\"[^\"]*\"", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AttributeValue();

    [GeneratedRegex(
        "<th scope=\"row\"><a href=\"/api/page/sets/(?<id>[^\"]+)\"",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex SetLink();

    [GeneratedRegex("data-ids=\"(?<id>[^\" ]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Ids();
}

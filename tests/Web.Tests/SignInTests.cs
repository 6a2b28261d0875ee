using System.Net;
using AlfrescoBackupFlows.Api.Tests.Rig;
using AlfrescoBackupFlows.Web.Calls;
using AlfrescoBackupFlows.Web.Sessions;
using AlfrescoBackupFlows.Web.Tests.Rig;

namespace AlfrescoBackupFlows.Web.Tests;

/// <summary>Who gets in, for how long, and what a stranger can do.</summary>
public sealed class SignInTests
{
    private static readonly string[] Pages =
    [
        "",
        "/running",
        "/sets",
        "/sets/latest",
        "/history",
        "/retention?keepDaily=1",
        "/nothing",
    ];

    [Fact]
    public async Task Without_a_session_every_page_leads_to_the_sign_in_and_no_form_does_anything()
    {
        await using PageRig rig = await PageRig.StartAsync();
        string token = PageRig.TokenOf(await rig.GetAsync("/sign-in"));

        foreach (string page in Pages)
        {
            PageReply reply = await rig.GetAsync(page);
            Assert.Equal((HttpStatusCode.SeeOther, PagePaths.Root + "/sign-in"), (reply.Status, reply.Location));
            Assert.Empty(reply.Body);
        }

        foreach (string action in (string[])["/backups", "/sets/latest/verify", "/sign-out"])
        {
            Assert.Equal(HttpStatusCode.SeeOther, (await rig.PostAsync(action, token)).Status);
        }

        Assert.Equal(0, rig.Flows.Count);
        Assert.DoesNotContain("acme", (await rig.GetAsync("/sign-in")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_opens_a_session_in_a_cookie_that_scripts_and_other_sites_do_not_get()
    {
        await using PageRig rig = await PageRig.StartAsync();

        PageReply signedIn = await rig.SignInAsync();

        Assert.Equal((HttpStatusCode.SeeOther, PagePaths.Root), (signedIn.Status, signedIn.Location));
        string cookie = Assert.Single(signedIn.Cookies, c => c.StartsWith("abf-session=", StringComparison.Ordinal));
        Assert.EndsWith("; path=/; samesite=strict; httponly", cookie, StringComparison.Ordinal);
        Assert.DoesNotContain(PageRig.Key, cookie, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await rig.GetAsync("")).Status);
    }

    [Fact]
    public async Task Behind_tls_the_cookie_is_for_tls_and_this_host_alone()
    {
        await using PageRig rig = await PageRig.StartAsync();
        rig.Browser.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");

        PageReply form = await rig.GetAsync("/sign-in");

        string cookie = Assert.Single(form.Cookies);
        Assert.StartsWith("__Host-abf-form=", cookie, StringComparison.Ordinal);
        Assert.EndsWith("; path=/; secure; samesite=strict; httponly", cookie, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0123456789abcdef-ke")]
    [InlineData("0123456789abcdef-key ")]
    [InlineData("0123456789ABCDEF-KEY")]
    public async Task Another_key_does_not(string key)
    {
        await using PageRig rig = await PageRig.StartAsync();

        PageReply refused = await rig.SignInAsync(key);

        Assert.Equal(HttpStatusCode.Unauthorized, refused.Status);
        Assert.Contains("This is not the key.", refused.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(refused.Cookies, c => c.StartsWith("abf-session=", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.SeeOther, (await rig.GetAsync("")).Status);
    }

    /// <summary>What is made from the key is something to try keys with at home, where no limit counts.</summary>
    [Fact]
    public async Task What_a_stranger_gets_is_not_made_from_the_key()
    {
        await using PageRig rig = await PageRig.StartAsync();

        PageReply form = await rig.GetAsync("/sign-in");

        Assert.Equal($"abf-form={PageRig.TokenOf(form)}", Assert.Single(form.Cookies).Split(';')[0]);
        Assert.NotEqual(PageRig.TokenOf(form), PageRig.TokenOf(await rig.GetAsync("/sign-in")));
    }

    [Fact]
    public async Task A_sign_in_that_another_page_wrote_is_refused()
    {
        await using PageRig rig = await PageRig.StartAsync();
        string token = PageRig.TokenOf(await rig.GetAsync("/sign-in", rig.NewBrowser()));
        await rig.GetAsync("/sign-in");

        PageReply foreign = await rig.PostAsync("/sign-in", token, null, null, ("key", PageRig.Key));
        PageReply none = await rig.PostAsync("/sign-in", null, null, null, ("key", PageRig.Key));
        using HttpClient empty = rig.NewBrowser();
        empty.DefaultRequestHeaders.Add("Cookie", "abf-form=");
        PageReply nothing = await rig.PostAsync("/sign-in", string.Empty, empty, null, ("key", PageRig.Key));

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (foreign.Status, none.Status));
        Assert.Equal(HttpStatusCode.BadRequest, nothing.Status);
        Assert.Equal(HttpStatusCode.SeeOther, (await rig.GetAsync("")).Status);
    }

    [Fact]
    public async Task Too_many_tries_in_a_minute_are_refused_even_with_the_key()
    {
        await using PageRig rig = await PageRig.StartAsync();
        for (int i = 0; i < SignInLimit.PerAddress; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await rig.SignInAsync("wrong")).Status);
        }

        PageReply refused = await rig.SignInAsync();

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
        Assert.Equal("60", refused.Raw.Headers.RetryAfter?.ToString());
        Assert.Equal(HttpStatusCode.SeeOther, (await rig.GetAsync("")).Status);
    }

    [Fact]
    public async Task Who_tries_without_an_end_does_not_fill_the_log()
    {
        var log = new RecordedLog();
        await using PageRig rig = await PageRig.StartAsync(loggers: log);
        for (int i = 0; i < SignInLimit.PerAddress + 20; i++)
        {
            await rig.SignInAsync("wrong");
        }

        Assert.Equal(SignInLimit.PerAddress + 1, log.Lines.Count);
        Assert.EndsWith("no line is written", log.Lines.Last(), StringComparison.Ordinal);
    }

    /// <summary>A client writes into a header what it likes.</summary>
    [Fact]
    public async Task The_limit_and_the_log_go_by_the_address_of_the_connection()
    {
        var log = new RecordedLog();
        await using PageRig rig = await PageRig.StartAsync(loggers: log);
        HttpStatusCode last = default;
        for (int i = 0; i <= SignInLimit.PerAddress; i++)
        {
            rig.Browser.DefaultRequestHeaders.Remove("X-Forwarded-For");
            rig.Browser.DefaultRequestHeaders.Add("X-Forwarded-For", $"203.0.113.{i}");
            last = (await rig.SignInAsync("wrong")).Status;
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, last);
        Assert.All(log.Lines, line => Assert.Contains(" from 127.0.0.1 is refused", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_configuration_that_is_loaded_anew_gives_nobody_more_tries()
    {
        await using PageRig rig = await PageRig.StartAsync();
        for (int i = 0; i < SignInLimit.PerAddress; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await rig.SignInAsync("wrong")).Status);
            rig.LoadAnew();
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await rig.SignInAsync()).Status);
    }

    [Fact]
    public void Addresses_of_one_network_are_one_and_all_together_have_a_limit_too()
    {
        using var limit = new SignInLimit();
        for (int i = 0; i < SignInLimit.PerAddress; i++)
        {
            Assert.True(limit.TryEnter(IPAddress.Parse($"2001:db8::{i + 1:x}")));
        }

        Assert.False(limit.TryEnter(IPAddress.Parse("2001:db8::ffff")));
        for (int i = SignInLimit.PerAddress; i < SignInLimit.InAll; i++)
        {
            Assert.True(limit.TryEnter(IPAddress.Parse($"10.0.0.{i}")));
        }

        Assert.False(limit.TryEnter(IPAddress.Parse("10.0.1.1")));
    }

    [Fact]
    public async Task A_session_ends_when_nobody_is_there_and_a_page_that_renews_itself_is_nobody()
    {
        await using PageRig rig = await PageRig.StartAsync();
        await rig.SignInAsync();

        rig.Time.Advance(TimeSpan.FromMinutes(29));
        Assert.Equal(HttpStatusCode.OK, (await rig.GetAsync("")).Status);
        rig.Time.Advance(TimeSpan.FromMinutes(29));
        Assert.Equal(HttpStatusCode.OK, (await rig.GetAsync("/running")).Status);
        Assert.Equal(HttpStatusCode.OK, (await rig.GetAsync("?again")).Status);
        rig.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(HttpStatusCode.SeeOther, (await rig.GetAsync("")).Status);
    }

    [Fact]
    public async Task A_session_ends_after_eight_hours_whatever_happens_in_it()
    {
        await using PageRig rig = await PageRig.StartAsync();
        await rig.SignInAsync();
        for (int i = 1; i < 24; i++)
        {
            rig.Time.Advance(TimeSpan.FromMinutes(20));
            Assert.Equal(HttpStatusCode.OK, (await rig.GetAsync("")).Status);
        }

        rig.Time.Advance(TimeSpan.FromMinutes(20));

        Assert.Equal(HttpStatusCode.SeeOther, (await rig.GetAsync("")).Status);
    }

    [Fact]
    public async Task Who_signs_out_is_out_and_a_copy_of_the_cookie_with_them()
    {
        await using PageRig rig = await PageRig.StartAsync();
        string cookie = CookieOf(await rig.SignInAsync());
        using HttpClient copy = rig.NewBrowser();
        copy.DefaultRequestHeaders.Add("Cookie", cookie);
        Assert.Equal(HttpStatusCode.OK, (await rig.GetAsync("", copy)).Status);

        await rig.PostAsync("/sign-out", PageRig.TokenOf(await rig.GetAsync("")));

        Assert.Equal(HttpStatusCode.SeeOther, (await rig.GetAsync("")).Status);
        Assert.Equal(HttpStatusCode.SeeOther, (await rig.GetAsync("", copy)).Status);
        rig.LoadAnew();
        Assert.Equal(HttpStatusCode.SeeOther, (await rig.GetAsync("", copy)).Status);
    }

    [Fact]
    public async Task A_session_is_known_to_every_worker_with_the_key_and_to_no_other()
    {
        await using PageRig first = await PageRig.StartAsync();
        await using PageRig second = await PageRig.StartAsync();
        await using PageRig other = await PageRig.StartAsync(key: "another-key-of-the-api");
        string cookie = CookieOf(await first.SignInAsync());
        char last = cookie[^2] == 'A' ? 'B' : 'A';
        (PageRig Rig, string Cookie, HttpStatusCode Status)[] cases =
        [
            (second, cookie, HttpStatusCode.OK),
            (other, cookie, HttpStatusCode.SeeOther),
            (second, $"{cookie[..^2]}{last}{cookie[^1]}", HttpStatusCode.SeeOther),
            (second, cookie[..^4], HttpStatusCode.SeeOther),
            (second, "abf-session=", HttpStatusCode.SeeOther),
            (second, "abf-session=%00!", HttpStatusCode.SeeOther),
        ];
        foreach ((PageRig rig, string value, HttpStatusCode status) in cases)
        {
            using HttpClient browser = rig.NewBrowser();
            browser.DefaultRequestHeaders.Add("Cookie", value);
            Assert.Equal(status, (await rig.GetAsync("", browser)).Status);
        }
    }

    private static string CookieOf(PageReply reply) =>
        reply.Cookies.Single(c => c.StartsWith("abf-session=", StringComparison.Ordinal)).Split(';')[0];
}

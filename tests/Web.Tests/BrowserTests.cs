using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using AlfrescoBackupFlows.Api.Tests.Rig;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.RequiredFiles;
using AlfrescoBackupFlows.Web.Calls;
using AlfrescoBackupFlows.Web.Tests.Rig;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace AlfrescoBackupFlows.Web.Tests;

/// <summary>The page in a browser. With <c>ABF_PICTURES</c> set to a directory it leaves pictures there, for the documentation.</summary>
[Trait("needs", "browser")]
public sealed class BrowserTests(Chromium chromium) : IClassFixture<Chromium>
{
    private static readonly DateTimeOffset Night = DateTimeOffset.Parse("2026-11-20T03:00:00Z");

    private readonly ConcurrentQueue<string> _faults = new();

    [Fact]
    public async Task A_backup_is_started_and_seen_going_on_until_it_is_a_set_and_no_rule_of_the_browser_is_broken()
    {
        IBrowser browser = chromium.Browser;
        (PageRig started, RunId set) = await StartAsync();
        await using PageRig rig = started;
        await using IBrowserContext context = await browser.NewContextAsync(
            new BrowserNewContextOptions { BaseURL = rig.Address.AbsoluteUri }
        );
        IPage page = await OpenAsync(context);

        await page.GetByLabel("Key of the API").FillAsync("wrong");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("This is not the key.");
        await LookAsync(page, "sign-in");
        await page.GetByLabel("Key of the API").FillAsync(PageRig.Key);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page).ToHaveTitleAsync("Overview · abf");

        await page.GetByRole(AriaRole.Button, new() { Name = "Start a backup" }).ClickAsync();
        await Expect(page.GetByText("It begins.")).ToBeVisibleAsync();
        string id = rig.Flows.Single.Id;
        DateTimeOffset end = rig.Time.GetUtcNow().AddMinutes(12);
        rig.Flows.SetStatus(
            id,
            Status(new FlowStatus("files", null, 31_000, 90_000, 3L << 30, 9L << 30, 24 << 20, end))
        );
        await Expect(page.GetByRole(AriaRole.Progressbar)).ToHaveAttributeAsync("value", "33");
        await Expect(page.Locator("#said")).ToHaveTextAsync("Backup: files");
        await LookAsync(page, "overview");

        // With the keyboard alone: the details open, and the button in them is next.
        await page.Locator("summary").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Tab");
        await page.RunAndWaitForResponseAsync(
            () => page.Keyboard.PressAsync("Enter"),
            response => response.Url.EndsWith($"/{id}/cancel", StringComparison.Ordinal)
        );
        Assert.Equal(id, Assert.Single(rig.Flows.Events).Id);

        foreach (
            (string link, string title) in (IEnumerable<(string, string)>)
                [("Sets", "Sets · abf"), ("History", "History · abf"), ("Retention", "Retention · abf")]
        )
        {
            await page.GetByRole(AriaRole.Link, new() { Name = link, Exact = true }).ClickAsync();
            await Expect(page).ToHaveTitleAsync(title);
            await LookAsync(page, link.ToLowerInvariant());
        }

        await page.GotoAsync($"{PagePaths.Root}/sets/{set}");
        await LookAsync(page, "set");
        await page.GetByRole(AriaRole.Link, new() { Name = "All: missing files" }).ClickAsync();
        await Expect(page).ToHaveTitleAsync("Missing files · abf");
        await LookAsync(page, "findings");
        await page.GetByRole(AriaRole.Link, new() { Name = "contract 3.pdf" }).ClickAsync();
        await Expect(page.GetByText("1 document in 1 set.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Find", Exact = true }).ClickAsync();
        await page.GetByLabel("What to look for").FillAsync("contract");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("4 documents in 1 set.")).ToBeVisibleAsync();
        await LookAsync(page, "found");
        await page.GetByRole(AriaRole.Link, new() { Name = "all versions of contract 1.pdf" }).ClickAsync();
        await Expect(page).ToHaveTitleAsync("Versions of contract 1.pdf · abf");
        await LookAsync(page, "versions");
        await page.GoBackAsync();
        IDownload download = await page.RunAndWaitForDownloadAsync(() =>
            page.GetByRole(AriaRole.Link, new() { Name = "Download contract 1.pdf" }).ClickAsync()
        );
        Assert.Equal("contract 1.pdf", download.SuggestedFilename);
        Assert.Equal(
            "text 1",
            await File.ReadAllTextAsync(await download.PathAsync(), TestContext.Current.CancellationToken)
        );
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(page).ToHaveTitleAsync("Sign in · abf");
        Assert.DoesNotContain(_faults, fault => !fault.Contains("401 (Unauthorized)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_scripts_it_does_the_same()
    {
        IBrowser browser = chromium.Browser;
        (PageRig started, _) = await StartAsync();
        await using PageRig rig = started;
        await using IBrowserContext context = await browser.NewContextAsync(
            new BrowserNewContextOptions { BaseURL = rig.Address.AbsoluteUri, JavaScriptEnabled = false }
        );
        IPage page = await OpenAsync(context);
        await page.GetByLabel("Key of the API").FillAsync(PageRig.Key);
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start a backup" }).ClickAsync();

        await Expect(page.GetByText("It begins.")).ToBeVisibleAsync();

        Assert.Equal(1, rig.Flows.Count);
        Assert.Empty(_faults);
    }

    private static async Task<(PageRig Rig, RunId Set)> StartAsync()
    {
        PageRig rig = await PageRig.StartAsync(r =>
        {
            r.Options.Retention.KeepDaily = 3;
            r.Options.Schedule = "30 3 * * *";
            r.Options.Serve.Documents = true;
        });
        for (int day = -5; day < -1; day++)
        {
            await rig.CommitAsync(Night.AddDays(day), isConsistent: day != -3);
        }

        RunId set = await rig.CommitAsync(
            Night.AddDays(-1),
            new StoredSet { Unprotected = ImmutableSortedDictionary<string, long>.Empty.Add("s3", 12) }
                .Document(10, "contract 1.pdf", "1.bin", "text 1", "2026-10-02T09:14:00Z", "1.2")
                .Version(30, 10, "contract 1.pdf", "v10.bin", "text", "2026-09-01T08:00:00Z", "1.0")
                .Version(31, 10, "contract 1.pdf", "v11.bin", "a text", "2026-09-14T15:30:00Z", "1.1")
                .Document(11, "contract 2.pdf", "2.bin", "text 2", "2026-11-18T16:40:00Z")
                .Document(12, "contract 3.pdf", "3.bin", (byte[]?)null, "2025-03-11T12:00:00Z")
                .Document(13, "contract 4.pdf", "4.bin", "text", "2026-11-19T08:20:00Z", "2.0")
                .Finding("3.bin", FindingReasons.Missing, LiveFile.Missing)
                .Finding("4.bin", FindingReasons.WrongSize, LiveFile.Present, captured: 4)
        );
        await rig.CommitAsync(Night);
        return (rig, set);
    }

    private async Task<IPage> OpenAsync(IBrowserContext context)
    {
        IPage page = await context.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _faults.Enqueue(message.Text);
            }
        };
        page.PageError += (_, error) => _faults.Enqueue(error);
        await page.GotoAsync(PagePaths.Root);
        return page;
    }

    /// <summary>In both colours, on a desk and on a phone: no finding of axe, and nothing wider than the screen.</summary>
    private static async Task LookAsync(IPage page, string name)
    {
        (ColorScheme Colours, int Width)[] looks =
        [
            (ColorScheme.Dark, 320),
            (ColorScheme.Dark, 1000),
            (ColorScheme.Light, 1000),
        ];
        foreach ((ColorScheme colours, int width) in looks)
        {
            await page.EmulateMediaAsync(new() { ColorScheme = colours });
            await page.SetViewportSizeAsync(width, 760);
            Assert.Equal((name, width), (name, await page.EvaluateAsync<int>("document.documentElement.scrollWidth")));
            AxeResult found = await page.RunAxe();
            Assert.NotEmpty(found.Passes);
            Assert.Empty(
                found.Violations.Select(v =>
                    $"{name}, {colours}, {width}: {v.Id}: {string.Join(", ", v.Nodes.Select(n => n.Html))}"
                )
            );
        }

        if (Environment.GetEnvironmentVariable("ABF_PICTURES") is { Length: > 0 } directory)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(directory, $"page-{name}.png") });
        }
    }

    private static string Status(FlowStatus status) => JsonSerializer.Serialize(status, RuntimeJson.Default.FlowStatus);
}

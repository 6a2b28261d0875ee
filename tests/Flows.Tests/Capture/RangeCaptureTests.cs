using System.Collections.Immutable;
using System.Text;
using AlfrescoBackupFlows.Flows.Backup.Records;
using AlfrescoBackupFlows.Flows.Runtime;
using AlfrescoBackupFlows.Flows.Tests.Rig;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Listings;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Capture;

public sealed class RangeCaptureTests : IAsyncLifetime
{
    private CaptureBench _bench = null!;

    public async ValueTask InitializeAsync() =>
        _bench = await CaptureBench.CreateAsync(TestContext.Current.CancellationToken);

    [Fact]
    public async Task Directories_come_with_their_files_in_path_order()
    {
        _bench.Write("a/x", "1");
        _bench.Write("a.b", "2");
        _bench.Write("b/c/y", "3");
        Directory.CreateDirectory(Path.Combine(_bench.Source, "empty"));

        CapturedStep step = await _bench.CaptureAsync();

        Assert.Null(step.Next);
        Assert.Equal(
            ["", "a", "a/x", "a.b", "b", "b/c", "b/c/y", "empty"],
            (await _bench.ReadAsync(step)).Select(e => Encoding.UTF8.GetString(e.Path))
        );
        Assert.Equal("3", await _bench.ReadTextAsync(step, "b/c/y"));
    }

    [Fact]
    public async Task A_second_capture_reads_only_what_is_new()
    {
        _bench.Write("2026/1/a.bin", "one");
        string gone = _bench.Write("2026/1/b.bin", "two");
        CapturedStep first = await _bench.CaptureAsync();
        _bench.Write("2026/2/c.bin", "three");
        File.Delete(gone);

        CapturedStep second = await _bench.CaptureAsync(first.Rows);

        Assert.Equal(1, second.Totals.ReadFiles);
        Assert.Equal(1, second.Totals.Lost);
        Assert.Equal(["2026/1/a.bin", "2026/2/c.bin"], await _bench.ReadPathsAsync(second));
    }

    [Fact]
    public async Task A_file_that_the_cleaner_moved_is_not_lost()
    {
        string moved = _bench.Write("x.bin", "one");
        CapturedStep first = await _bench.CaptureAsync();
        File.Move(moved, Path.Combine(_bench.Deleted, "x.bin"));

        CapturedStep second = await _bench.CaptureAsync(first.Rows);

        Assert.Equal(0, second.Totals.Lost);
        Assert.Empty(await _bench.ReadPathsAsync(second));
    }

    [Fact]
    public async Task A_required_file_that_the_cleaner_moved_is_rescued()
    {
        string moved = _bench.Write("2026/x.bin", "one");
        _bench.Write("2026/y.bin", "other");
        Directory.CreateDirectory(Path.Combine(_bench.Deleted, "2026"));
        File.Move(moved, Path.Combine(_bench.Deleted, "2026", "x.bin"));

        CapturedStep step = await _bench.CaptureAsync(required: [("2026/x.bin", 3), ("2026/y.bin", 5)]);

        Assert.Equal(1, step.Totals.Rescued);
        Assert.Equal("one", await _bench.ReadTextAsync(step, "2026/x.bin"));
    }

    [Fact]
    public async Task A_required_file_behind_a_link_is_captured()
    {
        string outside = Directory.CreateDirectory(Path.Combine(_bench.Deleted, "volume")).FullName;
        await File.WriteAllTextAsync(Path.Combine(outside, "x.bin"), "linked", TestContext.Current.CancellationToken);
        Directory.CreateSymbolicLink(Path.Combine(_bench.Source, "2025"), outside);

        CapturedStep step = await _bench.CaptureAsync(required: [("2025/x.bin", 6)]);

        Assert.Equal(1, step.Totals.Skipped);
        Assert.Equal("linked", await _bench.ReadTextAsync(step, "2025/x.bin"));
        Assert.Contains(step.Warnings, warning => warning.Contains("symbolic link", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_every_file_is_needed_a_link_to_one_is_captured_as_that_file()
    {
        _bench.FollowsLinks = true;
        await File.WriteAllTextAsync(
            Path.Combine(_bench.Deleted, "real"),
            "key",
            TestContext.Current.CancellationToken
        );
        File.CreateSymbolicLink(Path.Combine(_bench.Source, "keystore"), Path.Combine(_bench.Deleted, "real"));
        File.CreateSymbolicLink(Path.Combine(_bench.Source, "nowhere"), Path.Combine(_bench.Deleted, "absent"));

        CapturedStep step = await _bench.CaptureAsync();

        Assert.Equal("key", await _bench.ReadTextAsync(step, "keystore"));
        Assert.Equal((1, 1), (step.Totals.Files, step.Totals.Skipped));
    }

    [Fact]
    public async Task What_was_found_elsewhere_is_not_read_again()
    {
        _bench.Write("z.bin", "here");
        string volume = Directory.CreateDirectory(Path.Combine(_bench.Deleted, "volume")).FullName;
        await File.WriteAllTextAsync(Path.Combine(volume, "x.bin"), "linked", TestContext.Current.CancellationToken);
        Directory.CreateSymbolicLink(Path.Combine(_bench.Source, "2025"), volume);
        await File.WriteAllTextAsync(
            Path.Combine(_bench.Deleted, "y.bin"),
            "moved",
            TestContext.Current.CancellationToken
        );
        (string, long?)[] required = [("2025/x.bin", 6), ("y.bin", 5)];

        CapturedStep first = await _bench.CaptureAsync(required: required);
        CapturedStep second = await _bench.CaptureAsync(first.Rows, required: required);

        Assert.Equal((3, 2), (first.Totals.ReadFiles, first.Totals.Rescued));
        Assert.Equal((0, 2), (second.Totals.ReadFiles, second.Totals.Rescued));
        Assert.Equal("linked", await _bench.ReadTextAsync(second, "2025/x.bin"));
        Assert.Equal("moved", await _bench.ReadTextAsync(second, "y.bin"));
    }

    [Fact]
    public async Task A_file_behind_a_link_that_nobody_requires_any_more_is_not_lost()
    {
        string volume = Directory.CreateDirectory(_bench.Combine("volume")).FullName;
        await File.WriteAllTextAsync(Path.Combine(volume, "x.bin"), "linked", TestContext.Current.CancellationToken);
        Directory.CreateSymbolicLink(Path.Combine(_bench.Source, "2025"), volume);
        CapturedStep first = await _bench.CaptureAsync(required: [("2025/x.bin", 6)]);

        CapturedStep second = await _bench.CaptureAsync(first.Rows);

        Assert.Equal(0, second.Totals.Lost);
        Assert.Empty(await _bench.ReadPathsAsync(second));
    }

    [Fact]
    public async Task A_required_file_that_is_gone_is_carried_over_with_its_directory()
    {
        _bench.Write("2026/x.bin", "one");
        CapturedStep first = await _bench.CaptureAsync();
        Directory.Delete(Path.Combine(_bench.Source, "2026"), recursive: true);

        CapturedStep second = await _bench.CaptureAsync(first.Rows, required: [("2026/x.bin", 3)]);

        Assert.Equal(1, second.Totals.SourceMissing);
        ImmutableArray<ListingEntry> entries = await _bench.ReadAsync(second);
        Assert.Equal(["", "2026", "2026/x.bin"], entries.Select(e => Encoding.UTF8.GetString(e.Path)));
        Assert.Equal(EntryFlags.SourceMissing, entries[^1].Flags);
    }

    [Fact]
    public async Task A_required_file_with_other_bytes_is_carried_over()
    {
        _bench.Write("x.bin", "good");
        CapturedStep first = await _bench.CaptureAsync();
        _bench.Write("x.bin", "evil");

        CapturedStep second = await _bench.CaptureAsync(first.Rows, required: [("x.bin", 4)]);

        Assert.Equal(1, second.Totals.SourceChanged);
        Assert.Equal("good", await _bench.ReadTextAsync(second, "x.bin"));
    }

    [Fact]
    public async Task A_half_written_file_is_taken_anew_when_it_is_whole()
    {
        _bench.Write("x.bin", "ha");
        CapturedStep first = await _bench.CaptureAsync();
        _bench.Write("x.bin", "half");

        CapturedStep second = await _bench.CaptureAsync(first.Rows, required: [("x.bin", 4)]);

        Assert.Equal(0, second.Totals.SourceChanged);
        Assert.Equal("half", await _bench.ReadTextAsync(second, "x.bin"));
    }

    [Fact]
    public async Task What_was_never_there_stays_missing()
    {
        _bench.Write("x.bin", "one");

        CapturedStep step = await _bench.CaptureAsync(required: [("y.bin", 3)]);

        Assert.Equal(["x.bin"], await _bench.ReadPathsAsync(step));
    }

    [Fact]
    public async Task A_part_of_a_root_whose_segments_are_known_stores_no_pack()
    {
        _bench.Write("2026/1/a.bin", "one");
        CapturedStep whole = await _bench.CaptureAsync();
        int packs = await _bench.CountPacksAsync();

        CapturedStep part = await _bench.CaptureAsync(whole.Rows, new PathRange(null, [255]));

        Assert.Null(part.Rows);
        Assert.Equal(await _bench.ReadPathsAsync(whole), await _bench.ReadPathsAsync(part));
        Assert.Equal(packs, await _bench.CountPacksAsync());
    }

    [Fact]
    public async Task Steps_of_a_small_budget_make_the_same_listing()
    {
        for (int i = 0; i < 40; i++)
        {
            _bench.Write($"d{i % 7}/f{i}.bin", $"content {i}");
        }

        CapturedStep whole = await _bench.CaptureAsync();
        var entries = new List<ListingEntry>();
        PathRange range = PathRange.All;
        int steps = 0;
        while (true)
        {
            CapturedStep step = await _bench.CaptureAsync(
                range: range,
                budget: new StepBudget(_bench.Time) { MaxEntries = 3 }
            );
            entries.AddRange(await _bench.ReadAsync(step));
            steps++;
            if (step.Next is null)
            {
                break;
            }

            range = range with { From = step.Next };
        }

        Assert.True(steps > 5);
        Assert.Equal(
            (await _bench.ReadAsync(whole)).Select(e => Encoding.UTF8.GetString(e.Path)),
            entries.Select(e => Encoding.UTF8.GetString(e.Path))
        );
    }

    [Fact]
    public async Task A_rested_leaf_directory_is_sealed_by_the_second_scan_and_handed_over_by_the_third()
    {
        _bench.Write("2026/1/a.bin", "one");
        _bench.Write("2026/1/b.bin", "two");
        (_bench.UsesTrustedDirectories, _bench.GrantsTrust) = (true, true);
        CapturedStep first = await _bench.CaptureAsync();
        CapturedStep tooEarly = await _bench.CaptureAsync(first.Rows);
        _bench.Time.Advance(TimeSpan.FromDays(3));

        CapturedStep second = await _bench.CaptureAsync(first.Rows);
        CapturedStep third = await _bench.CaptureAsync(second.Rows, required: [("2026/1/a.bin", 3)]);

        Assert.DoesNotContain(await _bench.ReadAsync(first), IsSealed);
        Assert.DoesNotContain(await _bench.ReadAsync(tooEarly), IsSealed);
        Assert.Equal("2026/1", Encoding.UTF8.GetString(Assert.Single(await _bench.ReadAsync(second), IsSealed).Path));
        Assert.Equal("2026/1", Encoding.UTF8.GetString(Assert.Single(await _bench.ReadAsync(third), IsSealed).Path));
        Assert.Equal(["2026/1/a.bin", "2026/1/b.bin"], await _bench.ReadPathsAsync(third));
    }

    [Fact]
    public async Task A_new_file_opens_a_sealed_directory()
    {
        _bench.Write("1/a.bin", "one");
        (_bench.UsesTrustedDirectories, _bench.GrantsTrust) = (true, true);
        CapturedStep first = await _bench.CaptureAsync();
        _bench.Time.Advance(TimeSpan.FromDays(3));
        CapturedStep second = await _bench.CaptureAsync(first.Rows);
        _bench.Write("1/b.bin", "two");

        CapturedStep third = await _bench.CaptureAsync(second.Rows);

        Assert.Equal(["1/a.bin", "1/b.bin"], await _bench.ReadPathsAsync(third));
        Assert.DoesNotContain(await _bench.ReadAsync(third), IsSealed);
        Assert.Equal(0, third.Totals.BrokenTrusts);
    }

    [Fact]
    public async Task A_name_that_is_not_UTF8_is_captured_and_said()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such names.");
        string directory = Directory.CreateDirectory(Path.Combine(_bench.Source, "d")).FullName;
        await ShellAsync("printf x > \"$0/$(printf 'caf\\351')\"", directory);

        CapturedStep step = await _bench.CaptureAsync();
        await ShellAsync("rm -r \"$0\"", directory);

        Assert.Contains(
            await _bench.ReadAsync(step),
            entry => entry.Path.AsSpan().SequenceEqual("d/caf"u8.ToArray().Append((byte)0xe9).ToArray())
        );
        Assert.Contains(step.Warnings, warning => warning.Contains("UTF-8", StringComparison.Ordinal));
    }

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    private static async Task ShellAsync(string script, string argument)
    {
        using var shell = System.Diagnostics.Process.Start("/bin/sh", ["-c", script, argument]);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private static bool IsSealed(ListingEntry entry) => entry.Flags.HasFlag(EntryFlags.Trusted);
}

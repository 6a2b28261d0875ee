using AlfrescoBackupFlows.Flows.Backup.Records;
using Xunit;

namespace AlfrescoBackupFlows.Flows.Tests.Backup;

public sealed class FreshnessTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 3, 30, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(-6, -1, false)]
    [InlineData(-7, -1, true)]
    [InlineData(400, -1, true)] // the clock was ahead in the last full scan
    [InlineData(-6, 2, true)] // the clock was ahead in the last run, which trusted directories too early
    [InlineData(-6, 400, true)]
    public void A_full_scan_is_due_when_it_is_old_and_when_a_clock_was_ahead(int scanned, int parent, bool isDue) =>
        Assert.Equal(
            isDue,
            Freshness.IsFullScanDue(Now.AddDays(scanned), Now.AddDays(parent), TimeSpan.FromDays(7), Now)
        );

    [Fact]
    public void The_first_scan_is_a_full_one() =>
        Assert.True(Freshness.IsFullScanDue(null, null, TimeSpan.FromDays(7), Now));
}

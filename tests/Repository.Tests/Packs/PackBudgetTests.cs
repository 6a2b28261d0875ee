using AlfrescoBackupFlows.Repository.Blobs;
using AlfrescoBackupFlows.Repository.Packs;

namespace AlfrescoBackupFlows.Repository.Tests.Packs;

public sealed class PackBudgetTests
{
    [Fact]
    public async Task A_buffer_that_there_was_no_memory_for_takes_no_place()
    {
        bool isScarce = true;
        var budget = new PackBudget(() =>
            isScarce ? throw new InvalidOperationException("no memory") : new NativeBuffer(100)
        );
        for (int i = 0; i < PackBudget.Buffers + 1; i++)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(async () =>
                await budget.RentAsync(CancellationToken.None)
            );
        }

        isScarce = false;
        NativeBuffer one = await budget.RentAsync(CancellationToken.None);
        NativeBuffer other = await budget.RentAsync(CancellationToken.None);
        budget.Return(one);
        budget.Return(other);

        // All are given back by then: what was spare is freed, and nothing is counted that nobody has.
        Assert.Throws<ObjectDisposedException>(() => other.GetSpan());
    }
}

using AlfrescoBackupFlows.Repository.Blobs;
using AlfrescoBackupFlows.Repository.Packs;

namespace AlfrescoBackupFlows.Repository.Tests.Packs;

public sealed class PackBudgetTests
{
    private const int Short = (16 << 20) + (1 << 20);

    [Fact]
    public async Task A_buffer_that_there_was_no_memory_for_takes_no_place()
    {
        bool isScarce = true;
        var budget = new PackBudget(() =>
            isScarce ? throw new InvalidOperationException("no memory") : new NativeBuffer(100)
        );
        for (int i = 0; i < 5; i++)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(async () =>
                await budget.RentAsync(Short, CancellationToken.None)
            );
        }

        isScarce = false;
        NativeBuffer one = await budget.RentAsync(Short, CancellationToken.None);
        NativeBuffer other = await budget.RentAsync(Short, CancellationToken.None);
        budget.Return(one, Short);
        budget.Return(other, Short);

        // All are given back by then: what was spare is freed, and nothing is counted that nobody has.
        Assert.Throws<ObjectDisposedException>(() => other.GetSpan());
    }

    [Theory]
    [InlineData(PackBuilder.ContentCapacity, 2)]
    [InlineData(Short, 3)]
    public async Task Two_packs_of_the_longest_are_in_memory_or_three_of_half_the_length(int length, int expected)
    {
        var budget = new PackBudget(() => new NativeBuffer(100));
        List<NativeBuffer> rented = [];
        for (int i = 0; i < expected; i++)
        {
            rented.Add(await budget.RentAsync(length, CancellationToken.None));
        }

        using var cancelled = new CancellationTokenSource();
        Task<NativeBuffer> given = budget.RentAsync(length, cancelled.Token).AsTask();
        Task<NativeBuffer> waiting = budget.RentAsync(length, CancellationToken.None).AsTask();
        Assert.False(given.IsCompleted);

        // What the one had gathered when it gave up is there for the next.
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Assert.False(waiting.IsCompleted);
        budget.Return(rented[0], length);
        rented[0] = await waiting.WaitAsync(TimeSpan.FromSeconds(30));
        rented.ForEach(buffer => budget.Return(buffer, length));
    }
}

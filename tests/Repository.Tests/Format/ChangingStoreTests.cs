using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Tests.Fakes;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.Format;

/// <summary>
/// A store that changes between any two requests: a blob is there in a listing and gone when it is read, has another
/// length, is cut, is followed by more, or is another blob. A reader gets what was stored, or an error that names the damage.
/// </summary>
public sealed class ChangingStoreTests
{
    private const int Rounds = 150;

    [Fact]
    public async Task Whatever_changes_while_it_is_read_no_reader_gets_wrong_data_or_an_unknown_error()
    {
        using TempDirectory temp = new();
        MemoryBlobStore original = new();
        await SampleRepository.WriteAsync(
            original,
            RepositoryAccess.EncryptionNone,
            temp.Combine("write"),
            large: false
        );
        (ImmutableArray<string> expected, _) = await ReadAsync(original, temp.Combine("first"));
        List<string> names = await original.ListAsync(string.Empty, default).Select(item => item.Name).ToListAsync();
        (int right, int told) = (0, 0);
        for (int round = 0; round < Rounds; round++)
        {
            // From one request in four to one in two hundred.
            var store = new ChangingStore(original, names, new Random(round), oneIn: 4 + round);
            try
            {
                (ImmutableArray<string> lines, LogHead head) = await ReadAsync(store, temp.Combine($"cache-{round}"));
                Assert.True(lines.All(expected.Contains), $"round {round} gave wrong data");
                Assert.True(head.Break is not null || head.Alarms.Length > 0 || lines.Length <= expected.Length);
                right++;
            }
            catch (PermanentException e) when (e.Kind is ErrorKind.Repository or ErrorKind.Configuration)
            {
                Assert.DoesNotContain('\n', e.Message);
                told++;
            }
        }

        Assert.True(right > 5 && told > 20, $"{right} read, {told} told");
    }

    private static Task<(ImmutableArray<string> Lines, LogHead Head)> ReadAsync(IBlobStore store, string cache) =>
        SampleRepository.ReadAsync(store, SampleRepository.Access(RepositoryAccess.EncryptionNone, cache));

    private sealed class ChangingStore(IBlobStore inner, List<string> names, Random random, int oneIn) : IBlobStore
    {
        public string Location => inner.Location;

        public async Task<int?> ReadAsync(
            string name,
            long offset,
            Memory<byte> destination,
            CancellationToken cancellationToken
        )
        {
            if (random.Next(oneIn) > 0)
            {
                return await inner.ReadAsync(name, offset, destination, cancellationToken);
            }

            int? read = await inner.ReadAsync(
                random.Next(2) == 0 ? name : names[random.Next(names.Count)],
                offset,
                destination,
                cancellationToken
            );
            switch (random.Next(4))
            {
                case 0:
                    return null;
                case 1:
                    return read is { } cut ? random.Next(cut + 1) : null;
                case 2:
                    random.NextBytes(destination.Span);
                    return destination.Length;
                default:
                    return read;
            }
        }

        public async Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken)
        {
            BlobProperties? found = await inner.GetPropertiesAsync(name, cancellationToken);
            return random.Next(oneIn) > 0 || found is null ? found
                : random.Next(2) == 0 ? null
                : found with
                {
                    Length = random.Next(3) switch
                    {
                        0 => 0,
                        1 => long.MaxValue,
                        _ => found.Length + random.Next(-40, 40),
                    },
                };
        }

        public async IAsyncEnumerable<BlobItem> ListAsync(
            string prefix,
            [EnumeratorCancellation] CancellationToken cancellationToken
        )
        {
            await foreach (BlobItem item in inner.ListAsync(prefix, cancellationToken))
            {
                if (random.Next(oneIn) > 0)
                {
                    yield return item;
                }
                else if (random.Next(2) == 0)
                {
                    yield return item with
                    {
                        Length = random.NextInt64(),
                    };
                    yield return item with
                    {
                        Name = item.Name + "x",
                    };
                }
            }
        }

        public Task<PutOutcome> PutIfAbsentAsync(
            string name,
            ReadOnlyMemory<byte> content,
            CancellationToken cancellationToken
        ) => throw new NotSupportedException("A reader writes nothing.");

        public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
            throw new NotSupportedException("A reader writes nothing.");

        public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) =>
            throw new NotSupportedException("A reader deletes nothing.");

        public Task<bool> AcquireLeaseAsync(
            string name,
            Guid leaseId,
            TimeSpan duration,
            CancellationToken cancellationToken
        ) => throw new NotSupportedException("A reader leases nothing.");

        public Task<bool> ReleaseLeaseAsync(string name, Guid leaseId, CancellationToken cancellationToken) =>
            throw new NotSupportedException("A reader leases nothing.");
    }
}

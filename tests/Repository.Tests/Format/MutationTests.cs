using System.Collections.Immutable;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Config;
using AlfrescoBackupFlows.Repository.Format;
using AlfrescoBackupFlows.Repository.Log;
using AlfrescoBackupFlows.Repository.Tests.Fakes;
using AlfrescoBackupFlows.Repository.Tests.Verification;
using AlfrescoBackupFlows.Repository.Verification;
using AlfrescoBackupFlows.Storage;
using AlfrescoBackupFlows.Testing;
using AlfrescoBackupFlows.Testing.Stores;

namespace AlfrescoBackupFlows.Repository.Tests.Format;

/// <summary>Whatever is done to a blob, a full read gives exactly what was stored, or says that the repository is
/// damaged; never anything else.</summary>
public sealed class MutationTests
{
    private const int FlipsPerBlob = 24;
    private static readonly RepositoryAccess Nowhere = SampleRepository.Access(
        RepositoryAccess.EncryptionNone,
        string.Empty
    );

    [Fact]
    public async Task No_damage_to_any_blob_gives_wrong_data_or_an_unknown_error()
    {
        int seed = Environment.TickCount;
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        Random random = new(seed);
        using TempDirectory temp = new();
        MemoryBlobStore original = new();
        await SampleRepository.WriteAsync(
            original,
            RepositoryAccess.EncryptionNone,
            temp.Combine("write"),
            large: false
        );
        (ImmutableArray<string> expected, LogHead head) = await SampleRepository.ReadAsync(
            original,
            Nowhere with
            {
                CacheDirectory = temp.Combine("first"),
            }
        );
        Dictionary<string, byte[]> blobs = await SnapshotAsync(original);
        int detected = 0;
        int harmless = 0;
        foreach (
            Mutation mutation in blobs
                .Keys.Order(StringComparer.Ordinal)
                .SelectMany(name => Mutations(name, blobs, random))
        )
        {
            bool noticed = await ReadAsync(
                mutation,
                blobs,
                expected,
                head.Remember(),
                temp.Combine(Guid.NewGuid().ToString("N")),
                seed
            );
            (detected, harmless) = noticed ? (detected + 1, harmless) : (detected, harmless + 1);
            Assert.True(
                noticed
                    || mutation.Name.StartsWith("runs/", StringComparison.Ordinal)
                    || mutation.Name.StartsWith("packs/", StringComparison.Ordinal),
                $"{mutation} was not noticed (seed {seed})"
            );
        }

        Assert.True(detected > harmless && detected > 200, $"{detected} detected, {harmless} harmless");
    }

    private static async Task<bool> ReadAsync(
        Mutation mutation,
        Dictionary<string, byte[]> blobs,
        ImmutableArray<string> expected,
        RememberedHead remembered,
        string cache,
        int seed
    )
    {
        MemoryBlobStore store = new();
        foreach ((string name, byte[] bytes) in blobs)
        {
            byte[]? content =
                name == mutation.Name ? mutation.Bytes
                : name == mutation.Other ? mutation.OtherBytes
                : bytes;
            if (content is not null)
            {
                await store.PutIfAbsentAsync(name, content, CancellationToken.None);
            }
        }

        bool sound = await VerifyAsync(store, cache + "v");
        try
        {
            (ImmutableArray<string> lines, LogHead head) = await SampleRepository.ReadAsync(
                store,
                Nowhere with
                {
                    CacheDirectory = cache,
                },
                remembered
            );

            // Of a broken log the sets that can be read are right, and the alarm is raised.
            bool right = head.Break is null ? expected.SequenceEqual(lines) : lines.All(expected.Contains);
            Assert.True(right, $"{mutation} gave wrong data (seed {seed})");
            return !sound || head.Break is not null;
        }
        catch (PermanentException exception)
            when (exception.Kind == ErrorKind.Repository
                || (
                    exception.Kind == ErrorKind.Configuration
                    && mutation.Name.StartsWith("config/", StringComparison.Ordinal)
                )
            )
        {
            Assert.DoesNotContain('\n', exception.Message);
            Assert.False(
                sound && !mutation.Name.StartsWith("log/", StringComparison.Ordinal),
                $"{mutation}: verify found nothing (seed {seed})"
            );
            return true;
        }
        catch (Exception exception) when (exception is not Xunit.Sdk.XunitException)
        {
            throw new InvalidOperationException($"{mutation} (seed {seed})", exception);
        }
    }

    /// <summary>Whether a verification with all data finds nothing to say.</summary>
    private static async Task<bool> VerifyAsync(MemoryBlobStore store, string cache)
    {
        try
        {
            await using BackupRepository repository = await BackupRepository.OpenAsync(
                store,
                Nowhere with
                {
                    CacheDirectory = cache,
                }
            );
            LogHead head = await repository.Log.ReadAsync();
            VerifyReport report = await new SetVerifier(repository).VerifyAsync(
                head,
                head.State.Sets,
                readData: true,
                CancellationToken.None
            );
            return report.Findings.IsEmpty;
        }
        catch (PermanentException exception) when (exception.Kind is ErrorKind.Repository or ErrorKind.Configuration)
        {
            return false;
        }
    }

    private static IEnumerable<Mutation> Mutations(string name, Dictionary<string, byte[]> blobs, Random random)
    {
        byte[] bytes = blobs[name];
        yield return new Mutation("deleted", name, null);
        yield return new Mutation("emptied", name, []);
        yield return new Mutation("one byte longer", name, [.. bytes, 0]);
        yield return new Mutation("one byte shorter", name, bytes[..^1]);
        yield return new Mutation("cut to its header", name, bytes[..Math.Min(64, bytes.Length - 1)]);
        yield return new Mutation("halved", name, bytes[..(bytes.Length / 2)]);
        yield return new Mutation("random", name, RandomBytes(random, bytes.Length));
        for (int i = 0; i < FlipsPerBlob; i++)
        {
            // The first bits are those of the header, where a parser works before anything is authenticated.
            int bit = i < 8 ? random.Next(Math.Min(64, bytes.Length) * 8) : random.Next(bytes.Length * 8);
            byte[] flipped = [.. bytes];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            yield return new Mutation($"bit {bit} flipped", name, flipped);
        }

        string kind = name[..name.IndexOf('/')];
        foreach (
            string other in blobs
                .Keys.Where(other => other != name && other.StartsWith(kind + "/", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Take(4)
        )
        {
            yield return new Mutation($"exchanged with {other}", name, blobs[other], other, bytes);
        }
    }

    private static byte[] RandomBytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static async Task<Dictionary<string, byte[]>> SnapshotAsync(MemoryBlobStore store)
    {
        Dictionary<string, byte[]> blobs = [];
        await foreach (BlobItem item in store.ListAsync(string.Empty, CancellationToken.None))
        {
            byte[] bytes = new byte[item.Length];
            await store.ReadAsync(item.Name, 0, bytes, CancellationToken.None);
            blobs.Add(item.Name, bytes);
        }

        return blobs;
    }

    private sealed record Mutation(
        string What,
        string Name,
        byte[]? Bytes,
        string? Other = null,
        byte[]? OtherBytes = null
    )
    {
        public override string ToString() => $"{Name} {What}";
    }
}

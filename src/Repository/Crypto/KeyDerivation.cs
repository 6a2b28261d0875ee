using System.Buffers.Binary;
using System.Security.Cryptography;
using AlfrescoBackupFlows.Platform.Errors;
using AlfrescoBackupFlows.Repository.Format;
using NSec.Cryptography;

namespace AlfrescoBackupFlows.Repository.Crypto;

/// <summary>
/// Argon2id (version 1.3) over a passphrase. Parameters come from a file that nobody has authenticated yet, so they are
/// bounded before use. A process keeps the last few keys: a command that opens a repository twice pays once.
/// Thread-safe.
/// </summary>
internal static class KeyDerivation
{
    public const int SaltSize = 16;
    public const string Name = "argon2id";

    /// <summary>
    /// 64 MiB, three passes: RFC 9106's second recommended choice, with one lane. Each slot has a salt of its own.
    /// </summary>
    public static KdfDocument Usual { get; } = new(Name, 65_536, 3, 1, []);

    public static bool IsBounded(KdfDocument kdf) =>
        kdf.Name == Name
        && kdf.MemoryKiB is >= 8_192 and <= 1_048_576
        && kdf.Iterations is >= 1 and <= 16
        && kdf.Parallelism == 1
        && kdf.Salt.Length == SaltSize;

    private const int MaxKept = 4;

    private static readonly Lock Gate = new();
    private static readonly Queue<(byte[] Of, byte[] Key)> Kept = new();

    /// <summary>The key-encryption key. The caller clears it.</summary>
    /// <exception cref="PermanentException">Configuration: this process does not get the memory.</exception>
    public static byte[] Derive(ReadOnlySpan<byte> passphrase, KdfDocument kdf)
    {
        byte[] of = DigestOf(passphrase, kdf);
        lock (Gate)
        {
            foreach ((byte[] kept, byte[] known) in Kept)
            {
                if (kept.AsSpan().SequenceEqual(of))
                {
                    return [.. known];
                }
            }
        }

        byte[] key = Compute(passphrase, kdf);
        lock (Gate)
        {
            Kept.Enqueue((of, [.. key]));
            if (Kept.Count > MaxKept)
            {
                CryptographicOperations.ZeroMemory(Kept.Dequeue().Key);
            }
        }

        return key;
    }

    /// <summary>Of all that a key follows from.</summary>
    private static byte[] DigestOf(ReadOnlySpan<byte> passphrase, KdfDocument kdf)
    {
        Span<byte> numbers = stackalloc byte[12];
        BinaryPrimitives.WriteInt32LittleEndian(numbers, kdf.MemoryKiB);
        BinaryPrimitives.WriteInt32LittleEndian(numbers[4..], kdf.Iterations);
        BinaryPrimitives.WriteInt32LittleEndian(numbers[8..], kdf.Salt.Length);
        byte[] all = [.. numbers, .. kdf.Salt, .. passphrase];
        byte[] digest = SHA256.HashData(all);
        CryptographicOperations.ZeroMemory(all);
        return digest;
    }

    private static byte[] Compute(ReadOnlySpan<byte> passphrase, KdfDocument kdf)
    {
        Argon2Parameters parameters = new()
        {
            MemorySize = kdf.MemoryKiB,
            NumberOfPasses = kdf.Iterations,
            DegreeOfParallelism = kdf.Parallelism,
        };
        try
        {
            return PasswordBasedKeyDerivationAlgorithm
                .Argon2id(parameters)
                .DeriveBytes(passphrase, kdf.Salt, KeyRing.KeySize);
        }
        catch (Exception e) when (e is CryptographicException or OutOfMemoryException)
        {
            // With parameters within bounds nothing else of it can fail.
            throw new PermanentException(
                ErrorKind.Configuration,
                $"the key derivation of the passphrase needs {kdf.MemoryKiB / 1024} MiB of memory at once, and this process "
                    + "did not get them; raise its limit (ulimit -v, MemoryMax of the unit, the container's), or end what "
                    + "takes the memory",
                e
            );
        }
    }
}

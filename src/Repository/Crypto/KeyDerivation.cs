using AlfrescoBackupFlows.Repository.Format;
using NSec.Cryptography;

namespace AlfrescoBackupFlows.Repository.Crypto;

/// <summary>
/// Argon2id (version 1.3) over a passphrase. Parameters come from a file that nobody has authenticated yet, so they are
/// bounded before use.
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

    /// <summary>The key-encryption key. The caller clears it.</summary>
    public static byte[] Derive(ReadOnlySpan<byte> passphrase, KdfDocument kdf)
    {
        Argon2Parameters parameters = new()
        {
            MemorySize = kdf.MemoryKiB,
            NumberOfPasses = kdf.Iterations,
            DegreeOfParallelism = kdf.Parallelism,
        };
        return PasswordBasedKeyDerivationAlgorithm
            .Argon2id(parameters)
            .DeriveBytes(passphrase, kdf.Salt, KeyRing.KeySize);
    }
}

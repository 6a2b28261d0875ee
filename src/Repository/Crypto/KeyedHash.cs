using System.Security.Cryptography;

namespace AlfrescoBackupFlows.Repository.Crypto;

/// <summary>
/// HMAC-SHA-256 under one key. The prepared state is used again and again: to look the algorithm up and to set the key
/// takes longer than to hash a path or a small file. Thread-safe.
/// </summary>
internal sealed class KeyedHash(byte[] key)
{
    public const int Size = HMACSHA256.HashSizeInBytes;

    /// <summary>Null while a thread uses it.</summary>
    private IncrementalHash? _state;

    /// <param name="hash"><see cref="Size"/> bytes.</param>
    public void Compute(ReadOnlySpan<byte> bytes, Span<byte> hash)
    {
        IncrementalHash state =
            Interlocked.Exchange(ref _state, null) ?? IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        state.AppendData(bytes);
        state.GetHashAndReset(hash);
        Interlocked.Exchange(ref _state, state)?.Dispose();
    }
}

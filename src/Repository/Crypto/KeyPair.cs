using System.Security.Cryptography;
using NSec.Cryptography;

namespace AlfrescoBackupFlows.Repository.Crypto;

/// <summary>The public half of a generation of the content key: it seals, and opens nothing.</summary>
internal sealed record PublicKeyBytes(uint Generation, byte[] Bytes);

/// <summary>
/// X25519 (RFC 7748). A generation of the content key may be a pair: its 32 secret bytes are the private half.
/// </summary>
internal static class KeyPair
{
    public const int KeySize = 32;

    private static KeyAgreementAlgorithm X25519 => KeyAgreementAlgorithm.X25519;

    public static byte[] PublicOf(ReadOnlySpan<byte> privateKey)
    {
        using Key key = Key.Import(X25519, privateKey, KeyBlobFormat.RawPrivateKey);
        return key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
    }

    /// <summary>A fresh pair's public half, and the secret that it shares with another public key.</summary>
    public static (byte[] Ephemeral, byte[] Shared) Send(ReadOnlySpan<byte> publicKey)
    {
        using Key ephemeral = Key.Create(X25519);
        return (
            ephemeral.PublicKey.Export(KeyBlobFormat.RawPublicKey),
            TryAgree(ephemeral, publicKey) ?? throw new CryptographicException("The public key is not one of X25519.")
        );
    }

    /// <summary>
    /// The same secret, from the other side, and this side's public half; null where the bytes are no public key that
    /// gives one.
    /// </summary>
    public static (byte[] Shared, byte[] Recipient)? TryReceive(
        ReadOnlySpan<byte> privateKey,
        ReadOnlySpan<byte> ephemeral
    )
    {
        using Key key = Key.Import(X25519, privateKey, KeyBlobFormat.RawPrivateKey);
        return TryAgree(key, ephemeral) is { } shared
            ? (shared, key.PublicKey.Export(KeyBlobFormat.RawPublicKey))
            : null;
    }

    private static byte[]? TryAgree(Key key, ReadOnlySpan<byte> publicKey)
    {
        if (!PublicKey.TryImport(X25519, publicKey, KeyBlobFormat.RawPublicKey, out PublicKey? other) || other is null)
        {
            return null;
        }

        SharedSecretCreationParameters exportable = new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport };
        using SharedSecret? shared = X25519.Agree(key, other, in exportable);
        return shared?.Export(SharedSecretBlobFormat.RawSharedSecret);
    }
}

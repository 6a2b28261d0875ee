using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AlfrescoBackupFlows.Platform;
using Microsoft.AspNetCore.WebUtilities;

namespace AlfrescoBackupFlows.Web.Sessions;

/// <summary>
/// What is derived from the key of the API: sessions and the tokens of forms are signed with it, so that every worker
/// of a host knows them and nothing is stored. Another key ends all sessions. Thread-safe.
/// </summary>
internal sealed class PageKey
{
    private const int IdBytes = 16;
    private const int BodyBytes = IdBytes + 8 + 8;
    private const int TagBytes = 32;

    private readonly byte[] _hash;
    private readonly byte[] _sessions;
    private readonly byte[] _forms;

    public PageKey(Secret key)
    {
        byte[] bytes = key.RevealUtf8();
        _hash = SHA256.HashData(bytes);
        _sessions = Derive(bytes, "abf page: sessions, 1"u8);
        _forms = Derive(bytes, "abf page: forms, 1"u8);
        CryptographicOperations.ZeroMemory(bytes);
    }

    /// <summary>In constant time, by hashes, so that the key's length does not show either.</summary>
    public bool Is(string given) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), _hash);

    public static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes));

    /// <summary>The session as a cookie holds it.</summary>
    public string Seal(Session session)
    {
        var bytes = new byte[BodyBytes + TagBytes];
        Convert.FromHexString(session.Id).CopyTo(bytes, 0);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(IdBytes), session.SignedIn.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(IdBytes + 8), session.Seen.ToUnixTimeMilliseconds());
        HMACSHA256.HashData(_sessions, bytes.AsSpan(0, BodyBytes), bytes.AsSpan(BodyBytes));
        return WebEncoders.Base64UrlEncode(bytes);
    }

    /// <summary>Null: nobody here sealed it.</summary>
    public Session? Open(string cookie)
    {
        byte[] bytes;
        try
        {
            bytes = cookie.Length > 200 ? [] : WebEncoders.Base64UrlDecode(cookie);
        }
        catch (FormatException)
        {
            return null;
        }

        return
            bytes.Length == BodyBytes + TagBytes
            && CryptographicOperations.FixedTimeEquals(
                HMACSHA256.HashData(_sessions, bytes.AsSpan(0, BodyBytes)),
                bytes.AsSpan(BodyBytes)
            )
            ? new Session(
                Convert.ToHexStringLower(bytes.AsSpan(0, IdBytes)),
                TimeAt(bytes.AsSpan(IdBytes)),
                TimeAt(bytes.AsSpan(IdBytes + 8))
            )
            : null;
    }

    /// <summary>What a form must bring with it.</summary>
    /// <param name="id">Of the session.</param>
    public string FormToken(string id) =>
        WebEncoders.Base64UrlEncode(HMACSHA256.HashData(_forms, Encoding.UTF8.GetBytes(id)));

    public bool IsFormToken(string id, string given) => IsSame(FormToken(id), given);

    /// <summary>In constant time.</summary>
    public static bool IsSame(string expected, string given) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(given));

    private static DateTimeOffset TimeAt(ReadOnlySpan<byte> bytes) =>
        DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(bytes));

    private static byte[] Derive(byte[] key, ReadOnlySpan<byte> purpose)
    {
        var derived = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, derived, salt: [], info: purpose);
        return derived;
    }
}

using System.Runtime.InteropServices;
using System.Text;

namespace AlfrescoBackupFlows.Platform.Files.Linux;

/// <summary>Users and groups through the C library, so that every configured source (files, LDAP, ...)
/// answers.</summary>
internal static unsafe class UserDatabase
{
    // struct passwd and struct group both begin: char *name; char *password; uid_t or gid_t id. 64-bit glibc and musl.
    private const int EntrySize = 64;
    private const int IdOffset = 16;
    private const int MaxBuffer = 1 << 20;

    private delegate int Query(byte* entry, byte* buffer, nint length, byte** result);

    public static string Name(bool user, uint id) =>
        Ask(
            (entry, buffer, length, result) =>
                user
                    ? Libc.GetPwUid(id, entry, buffer, length, result)
                    : Libc.GetGrGid(id, entry, buffer, length, result)
        )?.Name
        ?? "";

    public static uint? Id(bool user, string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name + "\0");
        return Ask(
            (entry, buffer, length, result) =>
            {
                fixed (byte* p = bytes)
                {
                    return user
                        ? Libc.GetPwNam(p, entry, buffer, length, result)
                        : Libc.GetGrNam(p, entry, buffer, length, result);
                }
            }
        )?.Id;
    }

    private static (string Name, uint Id)? Ask(Query query)
    {
        for (var length = 1024; length <= MaxBuffer; length *= 4)
        {
            var memory = new byte[EntrySize + length];
            fixed (byte* entry = memory)
            {
                byte* result = null;
                int error;
                do
                {
                    error = query(entry, entry + EntrySize, length, &result);
                } while (error == Errno.EINTR);

                if (error == 0 && result != null)
                {
                    var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(*(byte**)result);
                    return (Encoding.UTF8.GetString(name), *(uint*)(result + IdOffset));
                }

                if (error != Errno.ERANGE)
                {
                    // Unknown, or the database does not answer: the number alone identifies the owner then.
                    return null;
                }
            }
        }

        return null;
    }
}

using static System.Buffers.Binary.BinaryPrimitives;

namespace Heartbeat.Cli.Verify;

/// <summary>What the UUID of a beat tells (RFC 9562, 5.1): its instant, and who made it.</summary>
internal readonly record struct BeatUuid(long Ticks, ulong Node)
{
    /// <summary>Reads the UUID that a text begins with; it must be of version 1, and end where it should.</summary>
    public static BeatUuid? Read(ReadOnlySpan<byte> text)
    {
        if (text.Length < 36 || text[8] != '-' || !Guid.TryParse(text[..36], out var uuid)) return null;
        if (text.Length > 36 && (char.IsAsciiLetterOrDigit((char)text[36]) || text[36] == '-')) return null;
        if (uuid is not { Version: 1, Variant: >= 0b1000 and <= 0b1011 }) return null;
        Span<byte> bytes = stackalloc byte[16];
        uuid.TryWriteBytes(bytes, bigEndian: true, out _);
        var (time, node) = (ReadUInt64BigEndian(bytes), ReadUInt64BigEndian(bytes[8..]));
        var count = (time >> 32) | ((time & 0xFFFF_0000) << 16) | ((time & 0x0FFF) << 48);
        // UUID time begins with the Gregorian calendar.
        return new(new DateTime(1582, 10, 15).Ticks + (long)count, node & 0xFFFF_FFFF_FFFF);
    }
}

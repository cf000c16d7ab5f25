/* The text that SPDY/3 (draft 3, section 2.6.10.1) primes its header compression with: both ends
 * must hold it byte for byte. */
#ifndef CRI_STREAM_SPDY_DICTIONARY_H
#define CRI_STREAM_SPDY_DICTIONARY_H

enum { SPDY_DICTIONARY_BYTES = 1423 };
extern const unsigned char SPDY_DICTIONARY[SPDY_DICTIONARY_BYTES];

#endif

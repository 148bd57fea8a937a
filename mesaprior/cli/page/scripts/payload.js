// The content of the page: plain data, with long arrays deflated in base 64.

const ARRAYS = { uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array, float64: Float64Array };

async function inflated(text) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export async function unpackedText(text) {
  return new TextDecoder().decode(await inflated(text));
}

// An array whose bytes stand by their place in a number: all first ones, then all second ones, and so on.
export async function unpacked(packed) {
  const byPlace = await inflated(packed.data);
  const width = ARRAYS[packed.type].BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(byPlace.length);
  for (let place = 0; place < width; place++) {
    for (let k = 0; k < packed.size; k++) bytes[k * width + place] = byPlace[place * packed.size + k];
  }
  return new ARRAYS[packed.type](bytes.buffer);
}

export function readContent() {
  return JSON.parse(document.getElementById("content").textContent);
}

import { dotnet } from './_framework/dotnet.js';

const side = 28, pixels = side * side, brush = 1.6;
const find = id => document.getElementById(id);
const make = (name, properties = {}) => Object.assign(document.createElement(name), properties);

const { getAssemblyExports, getConfig } = await dotnet.create();
const exports = await getAssemblyExports(getConfig().mainAssemblyName);
const classifier = exports.BitKernelGen.Sample.Classifier;

const labels = classifier.Labels(), images = classifier.Images();
const canvas = find('picture');
const picture = new Uint8Array(pixels);

function paint(target, grey) {
  const context = target.getContext('2d'), image = context.createImageData(side, side);
  grey.forEach((value, i) => image.data.set([value, value, value, 255], 4 * i));
  context.putImageData(image, 0, 0);
}

function show(measure) {
  paint(canvas, picture);
  const best = [...classifier.Classify(picture)]
    .map((share, label) => ({ share, name: labels[label] }))
    .sort((a, b) => b.share - a.share)
    .slice(0, 3);
  find('answer').replaceChildren(...best.map(({ share, name }) => {
    const row = make('li');
    row.style.setProperty('--share', share);
    row.append(make('span', { textContent: name }), make('span', { textContent: `${(100 * share).toFixed(1)} %` }));
    return row;
  }));
  if (measure)
    find('time').textContent = `${Math.round(classifier.Measure(picture)).toLocaleString('en')} µs`;
}

function choose(button, index) {
  for (const other of find('images').children)
    other.setAttribute('aria-pressed', other === button);
  picture.set(index < 0 ? new Uint8Array(pixels) : images.subarray(index * pixels, (index + 1) * pixels));
  show(true);
}

// Drawing: a soft round brush along the pointer's way; classified once a frame, measured when the stroke ends.
let last = null, isDue = false;

function dab(x, y) {
  for (let i = 0; i < pixels; i++) {
    const distance = Math.hypot(i % side + 0.5 - x, Math.floor(i / side) + 0.5 - y);
    picture[i] = Math.max(picture[i], 255 * Math.min(1, Math.max(0, brush - distance)));
  }
}

function stroke(event) {
  const box = canvas.getBoundingClientRect();
  const x = (event.clientX - box.left) / box.width * side, y = (event.clientY - box.top) / box.height * side;
  const from = last ?? { x, y }, steps = Math.ceil(Math.hypot(x - from.x, y - from.y)) || 1;
  for (let i = 1; i <= steps; i++)
    dab(from.x + (x - from.x) * i / steps, from.y + (y - from.y) * i / steps);
  last = { x, y };
  if (isDue)
    return;
  isDue = true;
  requestAnimationFrame(() => { isDue = false; show(false); });
}

canvas.addEventListener('pointerdown', event => { canvas.setPointerCapture(event.pointerId); stroke(event); });
canvas.addEventListener('pointermove', event => { if (last) stroke(event); });
for (const end of ['pointerup', 'pointercancel'])
  canvas.addEventListener(end, () => { if (last) { last = null; show(true); } });
find('clear').addEventListener('click', () => choose(null, -1));

for (let i = 0; i < images.length / pixels; i++) {
  const button = make('button', { type: 'button', ariaLabel: `Test image ${i + 1}` });
  const small = make('canvas', { width: side, height: side });
  paint(small, images.subarray(i * pixels, (i + 1) * pixels));
  button.append(small);
  button.addEventListener('click', () => choose(button, i));
  find('images').append(button);
}

find('layers').replaceChildren(...classifier.Layers().map(line => {
  const row = make('tr');
  row.append(...line.split('\t').map((text, column) => {
    const isNumber = column >= 3 && column <= 5;
    return make('td', { textContent: column === 5 && text ? Number(text).toLocaleString('en') : text, className: isNumber ? 'number' : '' });
  }));
  return row;
}));

const [kernels, weights, floats] = classifier.Facts();
find('kernels').textContent = kernels;
find('weights').textContent = `${(weights / 1024).toFixed(0)} KB, float32: ${(floats / 1024).toFixed(0)} KB`;
choose(find('images').firstElementChild, 0);
find('status').textContent = 'Ready.';

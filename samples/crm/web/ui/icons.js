import {html} from '../core/dom.js';

// Drawn on a grid of 20, with a line of 1.6.
const paths = {
  people: 'M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 16.5c.3-3 2.5-4.7 5.5-4.7s5.2 1.7 5.5 4.7M13 3.8a3 3 0 0 1 0 5.6M15 12.3c1.8.7 2.8 2.2 3 4.2',
  card: 'M2.5 4.5h15v11h-15zM7 10a1.7 1.7 0 1 0 0-3.4A1.7 1.7 0 0 0 7 10zM4.5 13.3c.3-1.3 1.2-2 2.5-2s2.2.7 2.5 2M12 8h3.5M12 11.5h3.5',
  board: 'M3 3.5h3.8v13H3zM8.1 3.5h3.8v8H8.1zM13.2 3.5H17v10.5h-3.8z',
  check: 'M17 10a7 7 0 1 1-3.5-6.1M7 9.5l3 3 7-8',
  note: 'M4 2.5h8l4 4v11H4zM12 2.5v4h4M7 10h6M7 13.5h4',
  shield: 'M10 2.2l6.5 2.3v4.8c0 4-2.7 7-6.5 8.5-3.8-1.5-6.5-4.5-6.5-8.5V4.5zM7.2 9.8l2 2 3.6-3.8',
  mic: 'M10 2.5a2.5 2.5 0 0 0-2.5 2.5v4.5a2.5 2.5 0 0 0 5 0V5A2.5 2.5 0 0 0 10 2.5zM4.5 9.5a5.5 5.5 0 0 0 11 0M10 15v2.8M7.5 17.8h5',
  stop: 'M6 6h8v8H6z',
  search: 'M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12zM13.5 13.5l4 4',
  plus: 'M10 4v12M4 10h12',
  download: 'M10 3v9.5M6 9l4 4 4-4M3.5 16.5h13',
  upload: 'M10 13V3.5M6 7l4-4 4 4M3.5 16.5h13',
  trash: 'M3.5 5.5h13M8 5.5v-2h4v2M5 5.5l.8 11.5h8.4L15 5.5M8.3 8.5v5.5M11.7 8.5v5.5',
  pencil: 'M3.5 16.5l.8-3.5 9-9 2.7 2.7-9 9zM11.5 5.8l2.7 2.7',
  clock: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 6v4.2l2.8 1.8',
  left: 'M12.5 4.5L7 10l5.5 5.5',
  right: 'M7.5 4.5L13 10l-5.5 5.5',
  up: 'M4.5 12.5L10 7l5.5 5.5',
  down: 'M4.5 7.5L10 13l5.5-5.5',
  close: 'M5 5l10 10M15 5L5 15',
  leave: 'M8 3.5H3.5v13H8M12 6.5l4 3.5-4 3.5M7.5 10H16',
  warning: 'M10 3l7.5 13.5h-15zM10 8v4M10 14v.3',
  globe: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM3 10h14M10 3c2 2 3 4.3 3 7s-1 5-3 7c-2-2-3-4.3-3-7s1-5 3-7z',
  play: 'M6.5 4l9 6-9 6z',
  phone: 'M4 3.5h3l1.5 3.7-2 1.5c.9 2 2.6 3.8 4.7 4.8l1.6-2 3.7 1.5v3c-7 .9-13.4-5.5-12.5-12.5z',
  mail: 'M2.5 4.5h15v11h-15zM2.5 5.5l7.5 6 7.5-6',
  pin: 'M10 17.5s5.5-4.7 5.5-9.2a5.5 5.5 0 0 0-11 0c0 4.5 5.5 9.2 5.5 9.2zM10 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
  list: 'M7 5.5h10M7 10h10M7 14.5h10M3.3 5.5h.4M3.3 10h.4M3.3 14.5h.4',
  keyboard: 'M2 5h16v10H2zM5 8h.3M8.2 8h.3M11.4 8h.3M14.6 8h.3M5 11.8h.3M8 11.8h4M14.6 11.8h.3',
};

/** A picture beside words; never the only name of a control, so it is hidden from screen readers. */
export const Icon = ({name, size = 20}) => html`
  <svg class="icon" width=${size} height=${size} viewBox="0 0 20 20" aria-hidden="true" focusable="false"
       fill=${name === 'stop' || name === 'play' ? 'currentColor' : 'none'} stroke="currentColor" stroke-width="1.6"
       stroke-linecap="round" stroke-linejoin="round"><path d=${paths[name]} /></svg>`;
